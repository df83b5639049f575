from __future__ import annotations

import json

import pytest

from minnet_core import MinnetError
from minnet_train.extras import MissingLibraryError, import_extra


def test_a_library_that_is_there_is_imported():
    assert import_extra("json", "plot", "pictures") is json


def test_a_missing_library_is_named_with_the_line_that_installs_it():
    with pytest.raises(MissingLibraryError) as caught:
        import_extra("no_such_library.part", "tensorboard", "TensorBoard")
    assert str(caught.value) == (
        "TensorBoard: expected no_such_library to be installed, received ModuleNotFoundError: No module named "
        "'no_such_library'; pip install 'minnet-train[tensorboard]'"
    )
    assert isinstance(caught.value, MinnetError)
    assert isinstance(caught.value, ImportError)


def test_what_a_broken_library_lacks_is_said(tmp_path, monkeypatch):
    (tmp_path / "broken_library.py").write_text("import no_such_dependency")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingLibraryError, match="No module named 'no_such_dependency'"):
        import_extra("broken_library", "plot", "pictures")
