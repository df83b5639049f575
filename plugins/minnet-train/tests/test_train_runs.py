"""``minnet train`` and the directories of runs; what takes real processes is in `survival`."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from minnet_core import MinnetError, criterions, read_header
from minnet_criterions import ClassNLLCriterion
from minnet_train import DivergenceError, ExperimentError, RunDirectory, RunError
from minnet_train.commands.train import train


def run(*arguments: str):
    return CliRunner().invoke(train, arguments, catch_exceptions=False)


@pytest.fixture
def interrupted(folder, edit):
    """A run of two epochs that has one."""
    run("small.toml", "--run", "half", "--epochs", "1")
    directory = RunDirectory.open("half")
    with directory.lock():
        directory.changed(evolve(directory.config.experiment, epochs=2))
    return directory


def test_a_run_is_kept_by_the_name_of_its_experiment(folder):
    assert "experiment  small.toml, seed 3\nrun         runs/small-1\n" in run("small.toml").output
    assert "run         runs/small-2\n" in run("small.toml").output
    one, two = (Path("runs", name, "model.safetensors").read_bytes() for name in ("small-1", "small-2"))
    assert one == two == Path("small.safetensors").read_bytes()


def test_a_folder_may_be_named(folder):
    run("small.toml", "--run", "mine/first", "--seed", "8")
    directory = RunDirectory.open("mine/first")
    assert directory.config.experiment.seed == 8
    assert [report["epoch"] for report in directory.journal.read()] == [1, 2]
    assert not Path("runs").exists()


def test_with_no_run_nothing_but_the_model_is_kept(folder):
    output = run("small.toml", "--no-run").output
    assert "run  " not in output
    assert sorted(path.name for path in folder.iterdir()) == ["flowers.csv", "small.safetensors", "small.toml"]


def test_a_run_is_kept_whatever_becomes_of_it_but_not_before_it_begins(folder, edit):
    with pytest.raises(ExperimentError):
        run(edit("n_in = 2", "n_in = 3"))
    assert not Path("runs").exists()


def test_a_run_goes_on(interrupted, folder):
    done = run("--resume", "half")
    assert done.output.startswith("run         half, seed 3, from step 3\ndata        ")
    assert re.findall(r"^ +(\d) ", done.output.partition("samples/s")[2], re.MULTILINE) == ["2"]
    assert "The model is in small.safetensors\n" in done.output
    assert "warning" not in done.output
    run("small.toml", "--no-run", "-o", "whole.safetensors")
    assert (folder / "small.safetensors").read_bytes() == (folder / "whole.safetensors").read_bytes()


def test_a_run_may_go_on_longer_and_its_model_go_elsewhere(interrupted):
    run("--resume", "half", "--epochs", "4", "-o", "other.safetensors")
    assert [report["epoch"] for report in interrupted.journal.read()] == [1, 2, 3, 4]
    assert read_header("other.safetensors").metadata["minnet-train"]["experiment"]["epochs"] == 4


def test_a_run_that_is_over_writes_its_model_again(interrupted, folder):
    run("--resume", "half")
    expected = (folder / "small.safetensors").read_bytes()
    (folder / "small.safetensors").unlink()
    done = run("--resume", "half")
    assert done.output.startswith("run         half, seed 3, from step 6\n")
    assert (folder / "small.safetensors").read_bytes() == expected


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        (["small.toml"], "EXPERIMENT"),
        (["--seed", "1"], "--seed"),
        (["--run", "other"], "--run"),
        (["--no-run"], "--no-run"),
        (["small.toml", "--no-run"], "EXPERIMENT, --no-run"),
    ],
)
def test_what_contradicts_resume_is_refused(interrupted, arguments, received):
    done = run("--resume", "half", *arguments)
    assert done.exit_code == 2
    expected = "expected --resume with no more than --epochs, --output and --import: it goes on with the experiment of "
    assert f"{expected}the run; received {received}\n" in done.output
    assert done.output.endswith(f"received {received}\n")


def test_a_run_is_kept_or_not(folder):
    done = run("small.toml", "--run", "x", "--no-run")
    assert done.exit_code == 2
    assert "expected --run or --no-run, received both" in done.output


@pytest.mark.parametrize("option", ["--run", "--resume"])
def test_an_empty_folder_name_is_refused(folder, option):
    done = run(option, "")
    assert done.exit_code == 2
    assert f"'{option}': expected a path, received an empty text" in done.output


def test_what_is_no_run_does_not_go_on(folder):
    with pytest.raises(RunError, match="none: expected the directory of a run, with a config.json, received nothing"):
        run("--resume", "none")


def test_a_run_is_not_begun_where_there_is_one(interrupted):
    with pytest.raises(
        RunError, match="half: expected a new or empty folder, received a run; resume it with minnet train --resume"
    ):
        run("small.toml", "--run", "half", "--force")


def test_another_environment_is_a_warning(interrupted, monkeypatch):
    before = platform.python_version()
    monkeypatch.setattr(platform, "python_version", lambda: "3.99")
    expected = f"warning: results may differ from an uninterrupted run: Python was {before}, is 3.99\n"
    assert expected in run("--resume", "half").output


def test_an_output_that_cannot_be_written_is_told_before_training_goes_on(interrupted):
    with pytest.raises(ExperimentError, match="output: expected a file that can be written, received 'none/m'"):
        run("--resume", "half", "-o", "none/m")
    assert len(interrupted.journal.read()) == 1


@pytest.mark.parametrize("output", ["/elsewhere/m.safetensors", "../m.safetensors", "link/m.safetensors"])
def test_a_run_that_would_write_its_model_far_away_does_so_only_if_it_is_said(interrupted, tmp_path_factory, output):
    far = tmp_path_factory.mktemp("far")
    Path("link").symlink_to(far)
    output = output.replace("/elsewhere", str(far))
    with interrupted.lock():
        interrupted.changed(evolve(interrupted.config.experiment, output=output))
    located = output
    with pytest.raises(RunError) as caught:
        run("--resume", "half")
    assert str(caught.value) == (
        "half: expected a run that writes its model near to itself or into the current folder, received one whose "
        f"config.json names {located!r}; --output {located} if it shall"
    )
    assert not Path(located).exists()
    assert run("--resume", "half", "-o", located).exit_code == 0
    assert Path(located).exists()


def test_a_run_among_others_may_write_its_model_beside_their_folder(folder, edit, tmp_path_factory, monkeypatch):
    run("small.toml", "--epochs", "1")
    Path("small.safetensors").unlink()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    run("--resume", str(folder / "runs/small-1"), "--epochs", "2")
    assert (folder / "small.safetensors").exists()


class Failing(ClassNLLCriterion):
    """Fails in the second epoch, when there is a checkpoint of the first."""

    error: Exception

    def updateOutput(self, input, target):
        if len(list(Path("runs").glob("*/checkpoints/step-*"))) == 1:
            if isinstance(self.error, DivergenceError):
                return float("nan")
            raise self.error
        return super().updateOutput(input, target)


def failed(edit, error):
    edit("ClassNLLCriterion", "Failing")
    Failing.error = error
    with criterions.override("Failing", Failing), pytest.raises(type(error)) as caught:
        run("small.toml")
    return caught.value


def test_an_error_says_what_is_left_and_how_to_go_on(edit):
    notes = failed(edit, MinnetError("x")).__notes__
    assert notes[-2:] == ["runs/small-1 is at step 3", "\n  minnet train --resume runs/small-1"]


def test_a_run_that_diverged_is_not_advised_to_diverge_again(edit):
    error = failed(edit, DivergenceError())
    assert "epoch 2" in str(error)
    assert error.__notes__[-1] == "runs/small-1 is at step 3"
