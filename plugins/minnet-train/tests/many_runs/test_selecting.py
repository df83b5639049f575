from __future__ import annotations

import math
import shutil
import time
from pathlib import Path

import pytest

from minnet_train import RunError
from minnet_train.many_runs import Condition, ConditionError, RunSummary, in_order, select_runs, selecting


def names(runs):
    return [run.name for run in runs]


def test_runs_are_meant_by_paths_by_names_and_by_their_folders(copy):
    for path in ("runs/a", "runs/cv/fold-1", "runs/cv/fold-2", "elsewhere/b"):
        copy(path)
    assert names(select_runs(["runs/a"])[0]) == names(select_runs(["a"])[0]) == ["runs/a"]
    assert names(select_runs(["cv", "elsewhere"])[0]) == ["runs/cv/fold-1", "runs/cv/fold-2", "elsewhere/b"]
    assert names(select_runs([])[0]) == ["runs/a", "runs/cv/fold-1", "runs/cv/fold-2"]


def test_a_run_that_is_meant_twice_is_read_once(copy):
    copy("runs/a")
    Path("link").symlink_to("runs/a")
    assert names(select_runs(["runs", "a", "runs/a/", "./runs/a", "link"])[0]) == ["runs/a"]


def test_all_conditions_must_hold(copy):
    for seed in range(6):
        copy(f"runs/{seed}", {"seed": seed, "optimizer.lr": 10.0**-seed})
    conditions = [Condition.read("seed>1"), Condition.read("optimizer.lr>=1e-4"), Condition.read("state=finished")]
    assert names(select_runs([], conditions)[0]) == ["runs/2", "runs/3", "runs/4"]


def test_what_means_no_run_is_refused(copy):
    copy("runs/a")
    Path("other").mkdir()
    Path("file").touch()
    for text, received in (("none", "nothing"), ("other", "another folder"), ("file", "a file")):
        with pytest.raises(RunError, match=f"{text}: expected a run, or a folder of runs, received {received}"):
            select_runs([text])
    with pytest.raises(RunError, match="'optimizer.rl'"):
        select_runs([], [Condition.read("optimizer.rl!=3")])


def test_without_the_folder_runs_there_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert select_runs([]) == ([], ())


def summary(name, value=None, metric="loss", **rest):
    early_stopping = {"metric": metric}
    best = {} if value is None else {metric: value}
    return RunSummary(path=Path(name), config={"experiment": {"early_stopping": early_stopping, **rest}}, best=best)


def test_the_best_comes_first_whether_that_is_small_or_large_and_what_has_none_last():
    losses = [summary("a", 3.0), summary("b"), summary("c", 1.0), summary("d", 2.0)]
    assert names(in_order(losses, ("best",))) == ["c", "d", "a", "b"]
    assert names(in_order(losses, ("best",), is_reversed=True)) == ["a", "d", "c", "b"]
    accuracies = [summary(name, value, "accuracy") for name, value in (("a", 0.1), ("b", 0.9), ("c", 0.5))]
    assert names(in_order(accuracies, ("best",))) == ["b", "c", "a"]


def test_numbers_are_sorted_as_numbers_before_texts_and_equals_stay_in_their_order():
    runs = [summary(str(n), x=x) for n, x in enumerate(["b", 10, "a", 9, None, 9.5, "a2", "a10", 9])]
    assert names(in_order(runs, ("x",))) == ["3", "8", "5", "1", "2", "6", "7", "0", "4"]
    assert names(in_order(runs)) == [str(n) for n in range(9)]
    assert names(in_order(runs, is_reversed=True)) == [str(n) for n in reversed(range(9))]


def test_values_of_any_kind_can_be_sorted():
    runs = [summary(str(n), x=x) for n, x in enumerate([[1], {"a": 1}, True, "x", 3, False])]
    assert len(in_order(runs, ("x",))) == 6


def test_nan_is_sorted_as_what_is_missing():
    runs = [summary(str(n), x=x) for n, x in enumerate([3, math.nan, 1, None, math.nan, 2])]
    assert names(in_order(runs, ("x",))) == ["2", "5", "0", "1", "3", "4"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be set")
def test_times_are_sorted_as_moments(monkeypatch):
    """The text of the second is smaller, as in the hour that comes twice when summer ends."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    written = ("2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00", "2026-10-25T02:40:00+02:00")
    runs = [RunSummary(path=Path(str(n)), config={"started": each}) for n, each in enumerate(written)]
    try:
        assert names(in_order(runs, ("started",))) == ["2", "0", "1"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_run_that_is_deleted_while_runs_are_read_is_none(copy, monkeypatch):
    copy("runs/a")
    copy("runs/b")
    find = selecting.find_runs

    def found(folder):
        result = find(folder)
        shutil.rmtree("runs/a")
        return result

    monkeypatch.setattr(selecting, "find_runs", found)
    assert names(select_runs([])[0]) == ["runs/b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optimizer.lr<1O", "optimizer.lr<1O: expected a number, as 0.01 of runs/a is, received a text"),
        ("optimizer.lr=>1", "expected a number, as 0.01 of runs/a is, received a text"),
        ("optimizer.lr<1 and seed=3", "expected a number, .* received a text"),
        ("optimizer.class>3", "expected a text, as Adam of runs/a is, received a number"),
        ("seed!='3'", "expected a number, as 3 of runs/a is, received a text"),
        ("seed=true", "expected a number, as 3 of runs/a is, received true or false"),
        ("model=Linear", "expected a list, .* received a text"),
        ("optimizer=Adam", "expected a table, .* received a text"),
        ("started>yesterday", "expected a time, .* received a text"),
        ("started=10:30:00", "expected a time, .* received a time of day"),
        (
            "state!=finishd",
            "expected one of finished, interrupted, running, damaged, received 'finishd'; did you mean 'finished'",
        ),
        ("run!=a", "expected the path of one of the runs, received 'a'; did you mean 'runs/a'?"),
    ],
)
def test_a_condition_that_can_hold_for_none_or_for_all_is_refused(copy, text, message):
    """What follows may be that all runs are deleted."""
    copy("runs/a")
    copy("runs/b")
    with pytest.raises(ConditionError, match=message):
        select_runs([], [Condition.read(text)])


def test_runs_of_other_versions_may_have_values_of_other_kinds(copy):
    copy("runs/a", {"compile": "fast", "schedule": None})
    copy("runs/b", {"compile": False, "schedule": None})
    for text, found in {
        "compile=fast": ["runs/a"],
        "compile=false": ["runs/b"],
        "compile!=none": ["runs/a", "runs/b"],
        "schedule=3": [],
        "run=runs/b": ["runs/b"],
        "state!=running": ["runs/a", "runs/b"],
    }.items():
        assert names(select_runs([], [Condition.read(text)])[0]) == found, text
