"""By shapes alone, from the command line: masks, lengths and the targets of table losses are described."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import pytest
import strangers
from click.testing import CliRunner
from mutants.described_inputs import DESCRIBED_INPUTS

from minnet_core.cli import main
from minnet_core.nn import FORMS
from minnet_core.testing import cases_of, examine

DESCRIBED = {
    "MaskedAttention": ["--input", "2,2,3;2,4,3;2,4,2;2,4:mask"],
    "MaskedMax": ["--input", "3,4,2;3,4:mask"],
    "MeanOverLength": ["--input", "4,5,3;4:lengths<=5"],
    "WordMean": ["--args", '{"n_words": 9, "n_feats": 2}', "--input", "4,5:int<9;4:lengths<=5"],
    "LengthGRU": ["--args", '{"n_in": 3, "n_out": 2}', "--input", "3,4,3;3:lengths<=4"],
    "Embedding": ["--args", '{"n_words": 9, "n_feats": 2}', "--input", "4,3:int<9"],
    "MaskedMSE": ["--input", "4,3", "--target", "real;mask"],
    "WeightedSamplesNLL": ["--input", "4,3:log-probabilities", "--target", "4:classes<3;4:positive"],
    "CosineLoss": ["--input", "4,3;4,3", "--target", "4:signs"],
    "TripletLoss": ["--input", "4,3;4,3;4,3", "--target", "none"],
    "SoftCrossEntropy": ["--input", "4,3", "--target", "probabilities"],
    "HingeLoss": ["--input", "4,3", "--target", "4,3:signs"],
    "BCELoss": ["--input", "4,3:unit-interval", "--target", "unit-interval"],
}
"""Stranger -> what is said of it."""


def check(file, name, *options):
    """Run the command; return its exit code and output."""
    result = CliRunner().invoke(main, ["check", f"{file}:{name}", *DESCRIBED[name], *options])
    return result.exit_code, result.output


def home(name):
    return Path(inspect.getfile(getattr(strangers, name)))


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_right_component_is_not_blamed(name, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    code, out = check(home(name), name, "--json")
    (report,) = json.loads(out)
    assert (code, [result for result in report["results"] if result["status"] == "failed"]) == (0, [])
    proven = {result["check"] for result in report["results"] if result["status"] == "passed"}
    assert proven & {"gradInput_is_the_slope", "parameter_gradients_are_the_slopes"}


@pytest.mark.parametrize("mutant", DESCRIBED_INPUTS, ids=lambda mutant: mutant.name)
def test_a_wrong_one_is_found(mutant, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    file = tmp_path / "wrong.py"
    file.write_text(mutant.source())
    code, out = check(file, mutant.of.__name__)
    assert code == 1
    assert f"fails {mutant.killed_by}" in out


@pytest.mark.parametrize("name", ["MaskedAttention", "MeanOverLength", "LengthGRU", "CosineLoss", "TripletLoss"])
def test_inputs_that_the_kit_chooses_are_tried_where_an_array_is_free(name):
    chosen = {
        "gradInput_is_the_slope_for_negative_inputs",
        "gradInput_at_ties_is_a_slope",
        "large_inputs_give_finite_results",
        "tiny_inputs_give_finite_results",
        "float32_is_accurate_far_from_zero",
    }
    report = examine(cases_of(getattr(strangers, name))[0], chosen)
    assert {result.check: result.status for result in report if result.check in chosen} == dict.fromkeys(
        chosen, "passed"
    )


def test_the_page_explains_every_kind():
    page = (Path(__file__).parents[2] / "docs" / "prove-your-layer.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert [form for form in FORMS if not any(f"`{form}`" in row for row in rows)] == []


def test_what_a_mask_hides_is_said_of_a_wrong_gradient(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    mutant = next(mutant for mutant in DESCRIBED_INPUTS if mutant.of is strangers.MaskedMSE)
    (tmp_path / "wrong.py").write_text(mutant.source())
    _, out = check(tmp_path / "wrong.py", "MaskedMSE")
    assert "elements are wrong, all where target[1] is False: the slope there is 0; input[" in out
    assert "--input 4,3 --target 'real;mask' --check gradInput_is_the_slope" in out
