"""`minnet train --folds`: each fold a run, and the mean and deviation of all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_train import DataError, RunDirectory, RunError
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.folds import measured_fold
from minnet_train.commands.runs import runs
from minnet_train.commands.train import train
from minnet_train.runs import run_lock


def run(*arguments: str, command=train):
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_each_fold_is_a_run_and_the_table_has_what_evaluate_says_of_it(folder):
    output = run("small.toml", "--folds", "3")
    table = output.partition("on what each fold held out:\n\n")[2].splitlines()
    assert table[0].split() == ["fold", "samples", "loss", "accuracy"]
    said = json.loads(Path("runs/small-1/folds.json").read_text())
    for fold in (1, 2, 3):
        model = f"runs/small-1/fold-{fold}/model.safetensors"
        found = json.loads(run(model, "--json", command=evaluate))
        assert found["samples"] == 8 == said["folds"][fold - 1]["samples"]
        assert found["accuracy"] == said["folds"][fold - 1]["accuracy"]
        assert found["loss"] == pytest.approx(said["folds"][fold - 1]["loss"])
        assert table[fold].split()[0] == str(fold)
        config = RunDirectory.open(f"runs/small-1/fold-{fold}").config.experiment
        assert (config.data.fold, config.data.folds) == (fold, 3)
    values = np.array([each["loss"] for each in said["folds"]])
    assert said["mean"]["loss"] == pytest.approx(values.mean())
    assert said["deviation"]["loss"] == pytest.approx(values.std(ddof=1))
    assert re.match(r"mean +[\d.]+ +[\d.]+%$", table[4])
    assert table[5].startswith("deviation")
    assert not Path("small.safetensors").exists()


def test_a_seed_decides_the_folds_and_nothing_need_be_kept(folder):
    first, second, other = (
        run("small.toml", "--folds", "2", "--no-run", "--seed", seed).partition("held out:")[2]
        for seed in ("1", "1", "2")
    )
    assert first == second != other
    assert not Path("runs").exists()


def test_no_fold_is_deleted_while_another_is_trained(folder, monkeypatch):
    """Nobody holds the lock of a fold that is over, as while it is measured."""
    refused = []

    def measured(run):
        result = CliRunner().invoke(runs, ["delete", "all", "--yes"])
        refused.append(str(result.exception))
        return measured_fold(run)

    monkeypatch.setattr("minnet_train.commands.train.measured_fold", measured)
    run("small.toml", "--folds", "2", "--run", "all")
    held = f"received one in a group that is held by process {os.getpid()} on "
    assert [held in each for each in refused] == [True, True]
    assert refused[1].count(held) == 2
    assert sorted(os.listdir("all")) == ["fold-1", "fold-2", "folds.json", "lock"]
    assert CliRunner().invoke(runs, ["delete", "all", "--yes"]).exit_code == 0
    assert not Path("all").exists()


def test_two_trainings_of_folds_in_one_folder_are_refused(folder):
    Path("all").mkdir()
    with (
        run_lock(Path("all", "lock")),
        pytest.raises(RunError, match=f"all: expected a run that no other.*held by process {os.getpid()}"),
    ):
        run("small.toml", "--folds", "2", "--run", "all")
    assert os.listdir("all") == ["lock"]
    Path("file").touch()
    with pytest.raises(RunError, match="file: expected a new or empty folder that can be written to: File exists"):
        run("small.toml", "--folds", "2", "--run", "file")


def test_a_fold_is_resumed_as_any_run(folder):
    run("small.toml", "--folds", "2", "--run", "all")
    run("--resume", "all/fold-2", "--epochs", "3")
    assert [report["epoch"] for report in RunDirectory.open("all/fold-2").journal.read()] == [1, 2, 3]


def test_groups_of_a_table_are_held_out_together_and_are_no_feature(folder, edit):
    head, *rows = Path("flowers.csv").read_text().splitlines()
    table = [f"{head},garden", *(f"{row},garden {number // 4}" for number, row in enumerate(rows))]
    Path("flowers.csv").write_text("\n".join(table) + "\n")
    edit('target = "species"', 'target = "species"\ngroup = "garden"')
    output = run("small.toml", "--folds", "3")
    assert output.count("2 features, 3 classes") == 3
    with pytest.raises(DataError, match="expected at least 7 groups, one for each fold, received 6"):
        run("small.toml", "--folds", "7")


def test_the_last_rows_of_a_table_are_held_out(folder, edit):
    head, *rows = Path("flowers.csv").read_text().splitlines()
    table = [f"{head},day", *(f"{row},2024-01-{31 - number:02}" for number, row in enumerate(rows))]
    Path("flowers.csv").write_text("\n".join(table) + "\n")
    edit('target = "species"', 'target = "species"\norder = "day"')
    assert "18 samples to train on, 6 held out; 2 features" in run("small.toml")
    found = json.loads(run("small.safetensors", "--json", command=evaluate))
    held_out = [row.split(",")[2] for row in rows[:6]]  # days go backwards
    assert {each["class"]: each["support"] for each in found["classes"]} == {
        name: held_out.count(name) for name in ("setosa", "versicolor", "virginica")
    }
    with pytest.raises(DataError, match="expected rows without an order for folds"):
        run("small.toml", "--folds", "2", "--no-run")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("31.01.2024", r"line 3, column 4 \('day'\): expected a number or a time such as 2024-05-31 .*'31.01.2024'"),
        ("", r"line 3, column 4 \('day'\): expected a value, by which rows are divided, received none"),
    ],
)
def test_a_cell_that_orders_nothing_is_named(folder, edit, cell, message):
    head, *rows = Path("flowers.csv").read_text().splitlines()
    days = ["2024-01-01", cell, *["2024-01-02T10:00"] * (len(rows) - 2)]
    table = [f"{head},day", *(f"{row},{day}" for row, day in zip(rows, days, strict=True))]
    Path("flowers.csv").write_text("\n".join(table) + "\n")
    edit('target = "species"', 'target = "species"\norder = "day"')
    with pytest.raises(DataError, match=message):
        run("small.toml")


@pytest.mark.parametrize("options", [["--output", "x.safetensors"], ["--resume", "x"]])
def test_what_contradicts_folds_is_refused(folder, options):
    done = CliRunner().invoke(train, ["--folds", "2", *options])
    assert done.exit_code == 2
    assert "expected --" in done.output
