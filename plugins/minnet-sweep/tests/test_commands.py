"""The commands of the real program: run, resumed and interrupted, and what is shown, written and drawn."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from minnet_sweep import SweepFolder, Worker
from minnet_sweep.trials.claim import claimed
from minnet_test_support.processes import MINNET

GRID = """\
experiment = "base.toml"
metric = "validation_accuracy"
sampler = "grid"
workers = 2

[space]
"model[1]" = [{ class = "ReLU" }, { class = "Tanh" }]
"optimizer.lr" = { low = 0.001, high = 0.1, log = true, points = 3 }
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """A sweep that is over, carried out once, and where."""
    return tmp_path_factory.mktemp("grid")


@pytest.fixture
def finished(place, grid):
    """A sweep that is over, in a folder that is this test's alone."""
    if not (grid / "tried").exists():
        Worker(place.begin(GRID)).work()
        shutil.move(place.path / "tried", grid / "tried")
    place.write(GRID)
    shutil.copytree(grid / "tried", place.path / "tried")
    return SweepFolder.open("tried")


def test_run_tries_every_point_and_says_what_was_best(place):
    place.write(GRID)
    said = place.run("run", "sweep.toml", "--dir", "tried")
    assert "model[1]: ReLU, Tanh\noptimizer.lr: 0.001 to 0.1\nsweep       tried: 6 trials to go, 2 workers\n" in said
    folder = SweepFolder.open(place.path / "tried")
    trials = folder.study().trials()
    assert [trial.state for trial in trials] == ["complete"] * 6
    assert len({trial.notes["worker"] for trial in trials}) == 2, "both workers had something to do"
    best = folder.study().best()
    assert best.value == max(trial.value for trial in trials)
    for trial in trials:
        assert f"trial {trial.number}: validation_accuracy " in said
    assert f"best        trial {best.number}: validation_accuracy" in said
    assert "  minnet sweep show tried  # with the importance of each parameter\n" in said
    assert "  minnet sweep best tried -o best.toml && minnet train best.toml\n" in said
    configs = [json.loads((folder.run(trial.number, 0) / "config.json").read_text()) for trial in trials]
    assert {config["threads"] for config in configs} == {1}
    logs = sorted((place.path / "tried" / "workers").iterdir())
    assert len(logs) == 2
    assert sum(log.read_text().count("trial ") for log in logs) == 6
    again = place.run("run", "tried")
    assert "0 trials to go, 0 workers" in again
    assert "6 complete" in again


def test_the_end_of_run_is_not_final_while_others_are_at_trials(place):
    """Workers that were started elsewhere go on when those of `run` have found nothing left to begin."""
    folder = place.begin(GRID)
    study = folder.study()
    study.begin(4)
    with claimed(folder.trial(4)):
        said = place.run("run", "tried")
    assert "5 complete, 1 running" in said
    assert "\nnot over: workers that were started elsewhere are still at 1 of the trials\n" in said
    assert "\n  minnet sweep show tried --watch  # until" in said
    assert "minnet sweep best" not in said
    for trial in study.trials()[:4]:
        assert trial.state == "complete"
    assert "not over" not in place.run("run", "tried")


def test_a_failure_of_all_is_none_while_others_are_at_trials(place):
    folder = place.begin(GRID)
    study = folder.study()
    for number in range(6):
        study.begin(number)
        if number:
            study.note(number, "failure", "none")
            study.end(number, "failed")
    with claimed(folder.trial(0)):
        said = place.run("run", "tried")
    assert "5 failed, 1 running" in said
    assert "are still at 1 of the trials" in said


def test_ctrl_c_ends_all_workers_and_run_goes_on(place):
    base = place.BASE.replace("epochs = 3", "epochs = 40").replace("n = 200", "n = 1000")
    place.write(GRID, base)
    process = place.start("run", "sweep.toml", "--dir", "tried")
    folder = place.path / "tried"
    place.wait_until(lambda: len(list(folder.glob("trials/*/seed-0/metrics.jsonl"))) >= 2)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 130, said
    assert "Interrupted; everything is saved.\n\n  minnet sweep run tried\n" in said
    study = SweepFolder.open(folder).study()
    begun = [trial for trial in study.trials() if trial.state == "running"]
    assert begun
    assert all(trial.notes["worker"] is None for trial in begun), "each worker has said that it left"
    said = place.run("run", "tried")
    assert "6 complete" in said
    assert all(trial.state == "complete" for trial in study.trials())
    assert all(len(place.epochs(SweepFolder.open(folder).run(number, 0))) == 40 for number in range(6))


def test_when_every_trial_fails_that_is_an_error(place):
    base = place.BASE.replace("Adam", "SGD").replace('"ReLU"', '"Square"')
    place.write('experiment = "base.toml"\nsampler = "grid"\n[space]\n"optimizer.lr" = [1e18, 1e19]\n', base)
    said = place.run("run", "sweep.toml", "--dir", "tried", "--workers", "1", code=1)
    assert "tried: expected at least one trial with a result, received 2 failures; the first, trial 0: diverged" in said


def test_a_worker_that_cannot_write_ends_all_with_its_message(place):
    folder = place.begin(GRID)
    (folder.path / "trials").rmdir()
    (folder.path / "trials").write_text("a file")
    said = place.run("run", "tried", "--workers", "1", code=1)
    assert "a worker ended with an error, and the others were stopped" in said
    assert "expected a folder in which files can be locked" in said
    (folder.path / "trials").unlink()
    assert "6 complete" in place.run("run", "tried", "--workers", "1"), "no trial was lost"


def test_mistakes_in_the_file_are_named_at_the_command_line(place):
    place.write(GRID + "sed = 1\n".replace("sed", "[space.sed]\nlo"))
    said = place.run("run", "sweep.toml", code=1)
    assert "Error: sweep.toml, line 9: space.sed: expected values to try, such as" in said
    assert not (place.path / "sweeps").exists()


@pytest.mark.parametrize("command", ["work", "show", "best", "plot", "run"])
def test_a_folder_that_is_no_sweep_is_refused(place, command):
    (place.path / "other").mkdir()
    said = place.call(command, "other", code=1)
    assert "other: expected the folder of a sweep, with a sweep.json, received another folder" in said


def test_sweeps_have_numbered_folders_of_their_own(place):
    from minnet_sweep.trials import new_path

    assert str(new_path("a/moons.toml")) == os.path.join("sweeps", "moons-1")
    (place.path / "sweeps" / "moons-7").mkdir(parents=True)
    assert str(new_path("moons.toml")) == os.path.join("sweeps", "moons-8")


def test_show_has_the_best_the_importance_and_the_failures(place, finished):
    study = finished.study()
    said = place.call("show", "tried", "--most", "2")
    ranked = sorted(study.trials(), key=lambda trial: -trial.value)
    rows = [line.split() for line in said.splitlines()[said.splitlines().index("") + 2 :]][:2]
    assert [row[0] for row in rows] == [str(trial.number) for trial in ranked[:2]]
    assert "... and 4 more" in said
    assert "trials      6 complete\n" in said
    assert "\nimportance of the parameters\n" in said
    assert "%  #" in said
    assert place.call("show", "tried", "--watch", "--most", "2").endswith(said), "it is over, so it ends at once"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other terminals")
def test_show_watches_until_the_sweep_is_over(place):
    import pty

    folder = place.begin(GRID.replace("workers = 2", "trials = 2"))
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    command = [*MINNET, "sweep", "show", "tried", "--watch"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    said = b""
    while b"2 waiting" not in said:
        said += os.read(ours, 10_000)
    assert process.poll() is None, "nothing is tried yet"
    Worker(folder).work()
    with suppress(OSError):  # which is how Linux says that the other end is closed
        while more := os.read(ours, 10_000):
            said += more
    assert process.wait(120) == 0
    os.close(ours)
    last = said.decode().rpartition("sweep       tried")[2]
    assert "2 complete" in last
    assert b"\x1b[" in said, "it is shown in place"


def test_show_tells_how_long_the_rest_takes_and_what_failed(place):
    folder = place.begin(GRID)
    study = folder.study()
    Worker(folder, most=2).work()
    study.begin(2)
    study.values(2)
    study.begin(3)
    study.note(3, "failure", "diverged: \x1b[2J")
    study.end(3, "pruned")
    said = place.call("show", "tried")
    assert "trials      2 complete, 1 failed, 1 running, 2 waiting\n" in said
    assert "time left   about " in said
    assert "trial 3 failed: diverged: \\x1b[2J" in said


@pytest.mark.parametrize(
    "options", [("run", "sweep.toml", "--dir", ""), ("best", ".", "-o", ""), ("plot", ".", "-o", "")]
)
def test_an_empty_path_is_refused(place, options):
    """As of a variable of the shell that is not set: the sweep would be kept, or the experiment printed, elsewhere."""
    place.write()
    assert "expected a path, received an empty text" in place.call(*options, code=2)


def test_the_best_of_nothing_is_refused(place):
    place.begin(GRID)
    for command in ("best", "plot"):
        said = place.call(command, "tried", code=1)
        assert "expected at least one trial with a result, received none" in said


def test_results_that_are_too_far_apart_to_be_drawn_are_named(place):
    pytest.importorskip("matplotlib")
    study = place.begin().study()
    for number, value in enumerate((-1e308, 1e308)):
        study.begin(number)
        study.values(number)
        study.end(number, "complete", value)
    said = place.call("plot", "tried", code=1)
    assert "tried: expected results whose differences a float can hold, received -1e+308 and 1e+308" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seconds", "nan"), "Error: seconds: expected a positive number, received nan"),
        (("--seconds", "inf"), "Error: seconds: expected a positive number, received inf"),
        (("--trials", "100001"), "Error: trials: expected an integer from 1 to 100,000, received 100001"),
    ],
)
def test_limits_of_the_command_are_those_of_the_file(place, options, message):
    place.write(place.SWEEP)
    assert message in place.call("run", "sweep.toml", "--dir", "tried", *options, code=1)
    folder = place.begin()
    assert message in place.call("run", "tried", *options, code=1)
    assert len(folder.study().trials()) == 4


def test_all_pictures_are_drawn(place, finished):
    pytest.importorskip("matplotlib")
    said = place.call("plot", "tried")
    for kind in ("history", "parallel", "slices", "curves"):
        file = finished.path / "plots" / f"{kind}.png"
        assert f"wrote {os.path.join('tried', 'plots', kind)}.png\n" in said
        assert file.read_bytes().startswith(b"\x89PNG")


def test_curves_are_those_of_the_runs_that_are_left(place, finished):
    pytest.importorskip("matplotlib")
    from minnet_sweep.reports import draw

    study = finished.study()
    for number in range(5):
        shutil.rmtree(finished.run(number, 0))
    assert "trial 5" in str(
        [text.get_text() for text in draw("curves", finished, study).findobj() if hasattr(text, "get_text")]
    )
    shutil.rmtree(finished.run(5, 0))
    said = place.call("plot", "tried", "--kind", "curves", code=1)
    assert "expected the run of at least one trial, received none: they were deleted" in said
    assert "; its models are in" not in place.call("best", "tried", "-o", "best.toml"), "there are none any more"


def test_one_picture_is_drawn_where_it_is_asked_for(place, finished):
    pytest.importorskip("matplotlib")
    from minnet_sweep.reports import draw

    place.call("plot", "tried", "--kind", "slices", "-o", "slices.svg")
    assert "<svg" in (place.path / "slices.svg").read_text()
    assert "expected --kind with --output" in place.call("plot", "tried", "-o", "all.svg", code=2)
    assert "end in" in place.call("plot", "tried", "--kind", "curves", "-o", "a.txt", code=1)
    study = finished.study()
    values = {trial.number: trial.value for trial in study.trials()}
    (history,) = draw("history", finished, study).axes
    assert sorted(history.lines[0].get_ydata()) == sorted(values.values())
    assert history.lines[1].get_ydata()[-1] == max(values.values())
    parallel = draw("parallel", finished, study).axes[0]
    assert len([line for line in parallel.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.6]) == 6


def test_help_needs_no_optuna():
    code = (
        "import sys\nfrom minnet_core.cli import main\n"
        "try:\n    main(['sweep', '--help'])\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('optuna', 'numpy', 'tomlkit')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
