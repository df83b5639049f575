from __future__ import annotations

import json
import math

import pytest

from minnet_train.plots import Curves, PlotError, distinct_names


def report(epoch: int, **values):
    return {"epoch": epoch, "step": 45 * epoch, "loss": 1 / epoch, "lr": 0.1, "seconds": 0.5, **values}


def write(path, *reports, rest=""):
    path.write_text("".join(json.dumps(each) + "\n" for each in reports) + rest)
    return path


def test_a_run_directory_is_read_and_names_the_curves(tmp_path):
    (tmp_path / "digits-1").mkdir()
    write(tmp_path / "digits-1/metrics.jsonl", report(1), report(2))
    curves = Curves.read(tmp_path / "digits-1")
    assert curves.name == "digits-1"
    assert curves.values("loss") == [1, 0.5]


def test_the_file_can_be_named_itself(tmp_path):
    file = write(tmp_path / "metrics.jsonl", report(1))
    assert Curves.read(file).name == tmp_path.name
    assert Curves.read(write(tmp_path / "other.jsonl", report(1))).name == "other.jsonl"
    assert Curves.read(file, "mine").name == "mine"


def test_a_line_that_is_being_written_is_left_out(tmp_path):
    file = write(tmp_path / "metrics.jsonl", report(1), rest='{"epoch": 2, "lo')
    assert len(Curves.read(file).reports) == 1


def test_a_whole_last_line_without_an_end_counts(tmp_path):
    file = write(tmp_path / "metrics.jsonl", report(1), rest=json.dumps(report(2)))
    assert len(Curves.read(file).reports) == 2


@pytest.mark.parametrize("line", ['{"epoch": 2, "lo', "[1, 2]", "nothing"])
def test_another_line_that_is_no_report_is_named(tmp_path, line):
    file = tmp_path / "metrics.jsonl"
    file.write_text(f"{json.dumps(report(1))}\n{line}\n{json.dumps(report(3))}\n")
    with pytest.raises(PlotError, match=r"metrics.jsonl, line 2: expected the report of an epoch as a JSON object"):
        Curves.read(file)


def test_a_run_without_an_epoch_is_refused(tmp_path):
    with pytest.raises(PlotError, match=r"expected a line for each epoch, received none; no epoch has ended yet"):
        Curves.read(write(tmp_path / "metrics.jsonl"))
    with pytest.raises(PlotError, match=r"mine: expected the report of at least one epoch, received none"):
        Curves("mine", [])


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(PlotError, match=r"expected a run directory with metrics.jsonl, or such a file: "):
        Curves.read(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"\x8c\xff")
    with pytest.raises(PlotError, match=r"received no text; a model file has no curves, only the run"):
        Curves.read(tmp_path / "model.safetensors")


def test_quantities_are_the_loss_the_metrics_and_the_learning_rate():
    curves = Curves("run", [report(1, validation_loss=2, accuracy=0.5, top_3=0.9, validation_accuracy=0.4)])
    assert curves.quantities() == ["loss", "accuracy", "top_3", "lr"]


def test_what_is_no_number_is_not_drawn():
    curves = Curves("run", [report(1, ConfusionMatrix=[[1, 0], [0, 1]], validation_loss=None, good=True)])
    assert curves.quantities() == ["loss", "lr"]
    assert not curves.has("validation_loss")


def test_a_missing_value_is_a_gap():
    curves = Curves("run", [report(1), report(2, accuracy=0.5)])
    missing, there = curves.values("accuracy")
    assert math.isnan(missing)
    assert there == 0.5
    assert curves.has("accuracy")


def test_epochs_are_drawn_along_their_number_step_or_time():
    curves = Curves("run", [report(3), report(4)])
    assert curves.along("epoch") == [3, 4]
    assert curves.along("step") == [135, 180]
    assert curves.along("seconds") == [0.5, 1.0]


def test_an_axis_that_an_epoch_does_not_report_is_refused():
    with pytest.raises(PlotError, match="run: expected every epoch to report 'step', received one that does not"):
        Curves("run", [{"epoch": 1, "loss": 1}]).along("step")


def test_runs_of_one_name_are_called_by_their_paths():
    assert distinct_names(["runs/a", "runs/b/metrics.jsonl"]) == ["a", "b"]
    assert distinct_names(["old/a", "new/a", "b"]) == ["old/a", "new/a", "b"]
