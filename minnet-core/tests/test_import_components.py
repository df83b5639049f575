"""Components of Python files: imported when somebody asks for it, found by the name of the file, never otherwise."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from minnet_core import Module, Sequential, UnknownComponentError, import_components, layers, load, save, to_config
from minnet_test_support.notebook_base import NOTEBOOK_BASE
from minnet_test_support.sources import forget_modules

HOMEWORK = (
    NOTEBOOK_BASE
    + """

import pathlib
pathlib.Path("was_run").write_text("yes")


class Scale(Module):
    def __init__(self, factor=3.0):
        super().__init__()
        self.factor = factor

    def updateOutput(self, input):
        self.output = self.factor * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.factor * gradOutput
        return self.gradInput


class Linear(Scale):
    pass


def helper():
    pass
"""
)


@pytest.fixture
def homework(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "homework.py"
    path.write_text(HOMEWORK)
    yield path
    forget_modules(tmp_path)


def test_classes_are_found_by_the_name_of_their_file(homework):
    found = import_components("homework.py")
    assert found.name == "homework.py"
    assert found.path == homework.resolve()
    assert found.sha256 == hashlib.sha256(HOMEWORK.encode()).hexdigest()
    assert found.contents == HOMEWORK.encode()
    assert found.classes == ("Module", "Criterion", "Scale", "Linear")
    cls = layers["homework.py:Scale"]
    assert layers["Scale"] is cls
    assert issubclass(cls, Module)
    assert to_config(cls(2.0)) == {"class": "homework.py:Scale", "factor": 2.0}
    assert layers.declaration("homework.py:Linear").provider == "homework.py"


def test_the_contents_that_are_kept_are_those_that_were_run(homework):
    changing = HOMEWORK + "\npathlib.Path('homework.py').write_text('something else')\n"
    homework.write_text(changing)
    found = import_components("homework.py")
    assert homework.read_text() == "something else"
    assert found.contents == changing.encode()
    assert found.sha256 == hashlib.sha256(changing.encode()).hexdigest()


def test_a_file_takes_no_name_of_minnet(homework):
    import_components("homework.py")
    assert layers["minnet-core:Sequential"] is Sequential
    homework.write_text(HOMEWORK.replace("class Linear", "class Sequential"))
    import_components("homework.py")
    assert layers["Sequential"] is Sequential


def test_files_may_have_classes_of_one_name(homework, tmp_path):
    (tmp_path / "other.py").write_text(HOMEWORK)
    import_components("homework.py")
    import_components("other.py")
    assert layers["homework.py:Scale"] is not layers["other.py:Scale"]


def test_a_file_that_has_changed_replaces_its_classes(homework):
    import_components(homework)
    assert layers["homework.py:Scale"]().factor == 3
    import_components(homework)
    homework.write_text(HOMEWORK.replace("factor=3.0", "factor=4.0"))
    import_components(homework)
    assert layers["homework.py:Scale"]().factor == 4


def test_a_model_is_loaded_after_its_file_has_been_imported(homework, tmp_path):
    import_components("homework.py")
    save(Sequential(layers["homework.py:Scale"](5.0)), "model.safetensors")
    again = load("model.safetensors")
    assert again.forward(np.ones((1, 2))).tolist() == [[5, 5]]


def test_a_model_file_runs_nothing(homework, tmp_path, run_minnet):
    from minnet_core.testing import isolated

    import_components("homework.py")
    save(Sequential(layers["homework.py:Scale"](5.0)), "model.safetensors")
    (tmp_path / "was_run").unlink()
    with isolated():
        told = r"imported, if you trust it: --import homework.py, or minnet_core.import_components\('homework.py'\)"
        with pytest.raises(UnknownComponentError, match=told):
            load("model.safetensors")
        assert run_minnet("explain", "model.safetensors")[0] == 0
        assert run_minnet("explain", "homework.py:Scale")[0] == 1
        homework.write_text(HOMEWORK + "\n")  # for what has been run as it is now is not run again
        assert not (tmp_path / "was_run").exists()
        code, out, _ = run_minnet("explain", "homework.py:Scale", "--import", "homework.py", "--no-check")
        assert code == 0
        assert "homework.py:Scale" in out
    assert (tmp_path / "was_run").exists()


@pytest.mark.parametrize("name", ["absent.py", "broken.py"])
def test_a_file_that_cannot_be_run_is_told(name, tmp_path, monkeypatch, run_minnet):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(ValueError, match=f"{name}.*(no such file|ZeroDivisionError: division by zero)"):
        import_components(name)
    code, _, err = run_minnet("explain", "Linear", "--import", name)
    assert code == 2
    assert name in err
