from __future__ import annotations

import json

import pytest

from minnet_core import MinnetError
from minnet_train.extras import MissingExtraError, need


def test_a_library_that_is_there_is_imported():
    assert need("json", "plot", "drawing") is json


def test_a_missing_library_is_named_with_the_line_that_installs_it():
    with pytest.raises(MissingExtraError) as caught:
        need("no_such_library.part", "tensorboard", "TensorBoard")
    assert str(caught.value) == "TensorBoard needs no_such_library; pip install 'minnet-train[tensorboard]'"
    assert isinstance(caught.value, MinnetError)
    assert isinstance(caught.value, ImportError)


def test_a_library_that_is_there_but_broken_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "broken_library.py").write_text("import no_such_dependency")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        need("broken_library", "plot", "drawing")
