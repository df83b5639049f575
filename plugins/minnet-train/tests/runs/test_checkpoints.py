from __future__ import annotations

import os

import numpy as np
import pytest

from minnet_train import Checkpoint
from minnet_train.runs.checkpoints import Checkpoints

SMALL = {"W": np.zeros(3, np.float32)}


def saved(folder, *metrics, **options):
    """Save a checkpoint for each metric, at the steps 1, 2, ..."""
    checkpoints = Checkpoints(folder / "checkpoints", **options)
    for step, metric in enumerate(metrics, 1):
        checkpoints.save({**SMALL, "step": step}, step=step, metric=metric)
    return checkpoints


def cut(checkpoints, step):
    path = checkpoints.path(step)
    path.write_bytes(path.read_bytes()[:-5])


def test_the_last_few_and_the_best_are_kept(tmp_path):
    assert saved(tmp_path, 5.0, 1.0, 4.0, 3.0, 2.0, keep=2).steps() == [2, 4, 5]


def test_the_best_is_the_largest_where_that_is_better(tmp_path):
    checkpoints = saved(tmp_path, 0.1, 0.9, 0.4, 0.3, 0.2, keep=1, mode="max")
    assert checkpoints.steps() == [2, 5]
    assert checkpoints.best() == 2


def test_what_is_no_number_is_never_the_best(tmp_path):
    checkpoints = saved(tmp_path, 2.0, 1.0, keep=9)
    Checkpoint(SMALL, 3, float("nan")).write(checkpoints.path(3))
    assert Checkpoints(checkpoints.folder).best() == 2


def test_of_two_that_are_as_good_the_first_is_the_best(tmp_path):
    assert saved(tmp_path, 2.0, 1.0, 1.0, 3.0, keep=1).steps() == [2, 4]


def test_what_is_best_is_still_known_in_another_process(tmp_path):
    saved(tmp_path, 5.0, 1.0, 4.0, keep=1)
    again = Checkpoints(tmp_path / "checkpoints", keep=1)
    again.save(SMALL, step=4, metric=3.0)
    assert again.steps() == [2, 4]


@pytest.mark.parametrize("metric", [None, float("nan")])
def test_without_a_metric_there_is_no_best(tmp_path, metric):
    checkpoints = saved(tmp_path, metric, metric, metric, keep=2)
    assert checkpoints.steps() == [2, 3]
    assert checkpoints.best() is None


def test_an_old_one_goes_only_when_the_new_one_is_there(tmp_path, monkeypatch):
    checkpoints = saved(tmp_path, 2.0, 1.0, keep=1)

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        checkpoints.save(SMALL, step=3, metric=0.5)
    monkeypatch.undo()
    assert checkpoints.latest().checkpoint.step == 2


def test_the_latest_is_found(tmp_path):
    latest = saved(tmp_path, 3.0, 2.0, 1.0).latest()
    assert latest.checkpoint.state["step"] == 3
    assert latest.damaged == ()


def test_without_any_there_is_none(tmp_path):
    latest = Checkpoints(tmp_path / "nowhere").latest()
    assert (latest.checkpoint, latest.damaged) == (None, ())


def test_damaged_ones_are_passed_over_and_told(tmp_path):
    checkpoints = saved(tmp_path, 3.0, 2.0, 1.0)
    cut(checkpoints, 3)
    checkpoints.path(2).write_bytes(b"")
    latest = checkpoints.latest()
    assert latest.checkpoint.step == 1
    assert ["step-00000003" in str(latest.damaged[0]), "step-00000002" in str(latest.damaged[1])] == [True, True]


def test_a_damaged_one_never_pushes_out_a_whole_one(tmp_path):
    checkpoints = saved(tmp_path, 3.0, None, None, keep=2)
    cut(checkpoints, 3)
    again = Checkpoints(tmp_path / "checkpoints", keep=2)
    again.rewind(again.latest().checkpoint.step)
    assert again.steps() == [1, 2]
    assert (tmp_path / "checkpoints" / "step-00000003.damaged").exists()
    again.save(SMALL, step=3)
    cut(again, 3)
    assert again.latest().checkpoint.step == 2


def test_what_a_kill_kept_from_being_removed_is_removed(tmp_path):
    saved(tmp_path, 1.0, 2.0, 3.0, 4.0, keep=4)
    again = Checkpoints(tmp_path / "checkpoints", keep=1)
    again.rewind(4)
    assert again.steps() == [1, 4]


def test_a_damaged_best_one_is_the_best_no_more(tmp_path):
    checkpoints = saved(tmp_path, 1.0, 3.0, 2.0, keep=1)
    checkpoints.path(1).write_bytes(b"")
    again = Checkpoints(tmp_path / "checkpoints", keep=1)
    assert again.best() == 3
    again.save(SMALL, step=4, metric=4.0)
    assert again.steps() == [3, 4]


def test_one_that_is_whole_but_cannot_be_read_is_not_passed_over(tmp_path, monkeypatch):
    checkpoints = saved(tmp_path, 2.0, 1.0)

    def refuse(*args, **options):
        raise PermissionError("no")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PermissionError):
        checkpoints.latest()


def test_files_of_others_are_left_alone(tmp_path):
    checkpoints = saved(tmp_path, 1.0)
    (tmp_path / "checkpoints" / "step-1.txt").write_text("mine")
    (tmp_path / "checkpoints" / "step-7.safetensors").write_text("mine")
    for step in (2, 3, 4, 5):
        checkpoints.save(SMALL, step=step)
    assert {"step-1.txt", "step-7.safetensors"} <= set(os.listdir(tmp_path / "checkpoints"))


def test_a_step_that_is_saved_again_replaces_its_file(tmp_path):
    checkpoints = saved(tmp_path, None)
    checkpoints.save(SMALL, step=1, metric=0.5)
    assert checkpoints.best() == 1


def test_long_runs_stay_in_order(tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=1)
    for step in (99_999_999, 100_000_000):
        checkpoints.save(SMALL, step=step)
    assert checkpoints.steps() == [100_000_000]


def test_none_is_no_number_to_keep(tmp_path):
    with pytest.raises(ValueError, match="keep"):
        Checkpoints(tmp_path, keep=0)


def test_a_file_under_the_name_of_another_step_is_passed_over(tmp_path):
    checkpoints = saved(tmp_path, 3.0, 2.0, 1.0)
    checkpoints.path(3).write_bytes(checkpoints.path(1).read_bytes())
    latest = checkpoints.latest()
    assert latest.checkpoint.step == 2
    assert [str(error) for error in latest.damaged] == [
        f"{checkpoints.path(3)}: expected the checkpoint of step 3, received 1"
    ]
