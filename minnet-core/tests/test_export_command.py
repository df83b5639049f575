"""``minnet export``: which exporter a suffix asks for, what it is given, and what is never overwritten."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from minnet_core import Module, Sequential, layers, save
from minnet_core.discovery import EXPORT_HOMES
from minnet_core.errors import ExportError
from minnet_core.exporting import Exporter, ExportOptions, export_file, guess_sample_shape, installed_exporters
from minnet_test_support.plugins import install
from minnet_test_support.processes import run_python

PLUGIN = """
import json
def write(model, header, path, options):
    path.write_text(json.dumps([model.training, header.metadata, options.input_shape, options.prepare]))
    return ["\\x1b[2Jall of it"]
@hookimpl
def minnet_exporters():
    from minnet_core.exporting import Exporter
    return [Exporter(".STRANGE", "strange", write, beside=[".more"], needs_input_shape={needs})]
"""


@pytest.fixture
def model(tmp_path, Linear):
    layers.register(Linear)
    return save(Sequential(Linear(3, 2)), tmp_path / "m.safetensors", metadata={"points": 7})


def test_the_exporter_of_a_suffix_gets_the_evaluated_model_its_header_and_what_was_chosen(
    site, run_minnet, model, tmp_path
):
    install(site, "strange-a", PLUGIN.format(needs=True))
    output = tmp_path / "m.Strange"
    code, out, err = run_minnet("export", str(model), str(output), "--input-shape", "1,4", "--prepare")
    assert (code, err) == (0, "")
    assert out == f"\\x1b[2Jall of it\nwrote {output}\n"
    assert output.read_text() == '[false, {"points": 7}, [1, 4], true]'


def test_a_shape_that_is_needed_and_not_said_is_guessed_and_told(site, run_minnet, model, tmp_path):
    install(site, "strange-a", PLUGIN.format(needs=True))
    code, out, _ = run_minnet("export", str(model), str(tmp_path / "m.strange"))
    assert code == 0
    assert out.startswith("a sample is taken to be of shape 3; --input-shape says another\n")
    assert "[3], null]" in (tmp_path / "m.strange").read_text()


def test_one_that_cannot_be_guessed_is_asked_for(site, run_minnet, tmp_path):
    install(site, "strange-a", PLUGIN.format(needs=True))
    path = save(Sequential(), tmp_path / "m.safetensors")
    code, _, err = run_minnet("export", str(path), str(tmp_path / "m.strange"))
    assert code == 1
    assert "say it, without the batch: --input-shape 1,28,28" in err
    install(site, "strange-a", PLUGIN.format(needs=False))


def test_no_shape_is_guessed_for_who_needs_none(site, run_minnet, model, tmp_path):
    install(site, "strange-a", PLUGIN.format(needs=False))
    assert "sample" not in run_minnet("export", str(model), str(tmp_path / "m.strange"))[1]
    assert "null, null]" in (tmp_path / "m.strange").read_text()


@pytest.mark.parametrize("suffix", [".strange", ".more"])
def test_a_file_that_is_there_is_replaced_only_if_asked(site, run_minnet, model, tmp_path, suffix):
    install(site, "strange-a", PLUGIN.format(needs=False))
    there = tmp_path / f"m{suffix}"
    there.write_text("mine")
    code, _, err = run_minnet("export", str(model), str(tmp_path / "m.strange"))
    assert code == 1
    assert f"{there}: the file exists already; --force" in err
    assert there.read_text() == "mine"
    assert run_minnet("export", str(model), str(tmp_path / "m.strange"), "--force")[0] == 0


def test_the_model_itself_is_never_overwritten(model):
    exporter = Exporter(".x", "", lambda *_: pytest.fail("written"))
    with pytest.raises(ExportError, match="expected another file than the model"):
        export_file(model, model, exporter=exporter, force=True)


@pytest.mark.parametrize("name", ["program.npz", "program.NPZ"])
def test_no_program_takes_the_place_of_its_own_weights(run_minnet, model, tmp_path, name):
    code, _, err = run_minnet("export", "--numpy", str(model), str(tmp_path / name))
    assert code == 1
    suffix = name[-4:]
    assert f"expected another suffix than {suffix}, of the file that is written beside it, received that" in err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("suffix", "home"), EXPORT_HOMES.items())
def test_what_is_missing_is_named_with_the_command_that_installs_it(site, run_minnet, model, tmp_path, suffix, home):
    output = tmp_path / f"m{suffix}"
    if suffix in installed_exporters():  # where it is installed: an exporter is disabled as one that is missing
        code, _, err = run_minnet("-p", f"no:{home}", "export", str(model), str(output))
        expected = f"Error: {suffix} files are written by {home}, which is disabled\n"
    else:
        code, _, err = run_minnet("export", str(model), str(output))
        expected = f"Error: {suffix} files are written by {home}, which is not installed; pip install {home}\n"
    assert (code, err) == (1, expected)
    assert not output.exists()


def test_a_distribution_that_is_broken_is_not_to_be_installed(site, run_minnet, model, tmp_path, monkeypatch):
    monkeypatch.setattr("minnet_core.exporting.exporters.EXPORT_HOMES", {".odd": "strange-a"})
    install(site, "strange-a", "1 / 0")
    err = run_minnet("export", str(model), str(tmp_path / "m.odd"))[2]
    assert err.endswith("written by strange-a, which is broken; see: minnet plugins\n")


def test_an_unknown_suffix_names_those_that_are_known(site, run_minnet, model):
    install(site, "strange-a", PLUGIN.format(needs=False))
    code, _, err = run_minnet("export", str(model), "m.tfl\x1bite")
    assert code == 1
    assert ".strange" in err
    assert ".onnx" in err
    assert "received 'm.tfl\\x1bite'" in err


@pytest.mark.parametrize(
    ("returned", "cause"),
    [
        ("None", "expected something to be returned, received None"),
        ("E", "expected a list of exporters, received one"),
        ("[3]", "expected exporters, minnet_core.exporting.Exporter, received 3"),
        ("[Exporter('onnx', '', print)]", "expected a suffix such as .onnx, received 'onnx'"),
        ("[Exporter('.onnx', '', 3)]", "must be callable"),
    ],
)
def test_exporters_that_are_none_break_their_plugin_alone(site, run_minnet, returned, cause):
    source = "from minnet_core.exporting import Exporter\nE = Exporter('.e', '', print)\n"
    install(site, "strange-a", f"{source}@hookimpl\ndef minnet_exporters(): return {returned}\n")
    assert ".e" not in installed_exporters()
    code, out, _ = run_minnet("doctor")
    assert code == 1
    assert cause.replace(" ", "") in "".join(out.split())


@pytest.mark.parametrize("names", [("strange-b", "strange-a"), ("a-stranger", "minnet-torch")])
def test_of_two_exporters_for_a_suffix_ours_wins_and_then_the_first_by_name(site, monkeypatch, names):
    monkeypatch.delitem(sys.modules, "minnet_torch", raising=False)  # the real one
    for name in names:
        install(site, name, PLUGIN.format(needs=False).replace('"strange"', repr(name)))
    assert installed_exporters()[".strange"].summary == names[1]


def test_a_class_of_a_file_is_imported(site, run_minnet, tmp_path):
    install(site, "strange-a", PLUGIN.format(needs=False))
    file = tmp_path / "mine.py"
    file.write_text(
        "from minnet_core import Module\nclass Mine(Module):\n"
        "    def updateOutput(self, input): self.output = input + 1; return self.output\n"
        "    def updateGradInput(self, input, g): self.gradInput = g + 0; return self.gradInput\n"
    )
    code = f"""
from minnet_core import Sequential, import_components, layers, save
import_components({str(file)!r})
save(Sequential(layers["mine.py:Mine"]()), {str(tmp_path / "m.safetensors")!r})
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    arguments = ("export", str(tmp_path / "m.safetensors"), str(tmp_path / "m.strange"))
    assert run_minnet(*arguments)[0] == 1
    assert run_minnet(*arguments, "--import", str(file))[0] == 0


class Rows(Module):
    """Takes rows of a number of features that its attribute tells."""

    def __init__(self, **attributes):
        super().__init__()
        vars(self).update(attributes)

    def updateOutput(self, input):
        if input.ndim != 2 or input.shape[1] != self.expected:
            raise ValueError
        self.output = input + 0
        return self.output


@pytest.mark.parametrize(
    "attributes",
    [{"n_in": 6}, {"n_feats": 6}, {"sizes": (1, 2, 3)}, {"W": np.zeros((4, 6))}, {"n_in": 3, "W": np.zeros((4, 6))}],
)
def test_a_sample_has_as_many_features_as_the_first_layer_that_takes_them_tells(attributes):
    model = Sequential(Rows(**attributes, expected=6))
    before = vars(model.modules[0]).keys()
    assert guess_sample_shape(model) == (6,)
    assert vars(model.modules[0]).keys() == before
    assert guess_sample_shape(Sequential(Rows(n_in=4, expected=6))) is None


@pytest.mark.parametrize("options", [{"input_shape": [3]}, {"prepare": "yes"}])
def test_options_are_validated(options):
    with pytest.raises(TypeError):
        ExportOptions(**options)


def test_a_shape_that_is_none_is_a_usage_error(site, run_minnet, model):
    code, _, err = run_minnet("export", str(model), "m.onnx", "--input-shape", "a,b")
    assert code == 2
    assert "expected positive lengths such as 4,5" in err
