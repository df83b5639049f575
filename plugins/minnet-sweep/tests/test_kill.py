"""kill -9: no finished trial is lost, of an unfinished one an epoch at most, and the bits are those of no kill."""

import signal

import pytest
from attrs import evolve

from minnet_sweep import SweepFolder, Worker
from minnet_sweep.trials.trial_training import MOST_DEATHS


def long(place):
    return place.BASE.replace("epochs = 3", "epochs = 60").replace("n = 200", "n = 1000")


def two(place):
    return place.SWEEP.replace("trials = 4", 'trials = 2\npruning = "median"')  # and so each epoch is reported


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=120)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture
def uninterrupted(place, elsewhere):
    """The sweep that the test begins, carried out by one worker that nobody kills."""
    folder = evolve(place.begin(two(place), long(place)), path=elsewhere / "whole")
    if not folder.path.exists():
        folder.create(two(place))
        Worker(folder).work()
    return folder


def test_another_worker_goes_on_where_one_was_killed(place, uninterrupted):
    folder = SweepFolder.open(place.path / "tried")
    first = place.start("work", "tried")
    place.wait_until(lambda: len(place.epochs(folder.run(0, 0))) >= 5)
    kill(first)
    done = len(place.epochs(folder.run(0, 0)))
    assert folder.study().trial(0).state == "running"
    said = place.run("work", "tried")
    assert "trial 0, seed-0: goes on from step" in said
    step = int(said.split("goes on from step ")[1].split()[0])
    assert step >= (done - 1) * 23, "it loses its last epoch at most"
    assert "2 trials were ended here" in said
    for number in range(2):
        mine, theirs = folder.run(number, 0), uninterrupted.run(number, 0)
        assert place.epochs(mine) == place.epochs(theirs)
        assert len(place.epochs(mine)) == 60
        weights = [(run / "model.safetensors").read_bytes()[-4 * 42 :] for run in (mine, theirs)]
        assert weights[0] == weights[1]
    results = [[trial.value for trial in each.study().trials()] for each in (folder, uninterrupted)]
    assert results[0] == results[1]
    assert folder.study().trial(0).reported == uninterrupted.study().trial(0).reported


def test_killed_again_and_again_it_still_ends_as_if_never(place, uninterrupted):
    folder = SweepFolder.open(place.path / "tried")
    kills = 0
    for wanted in (1, 20, 40):
        process = place.start("work", "tried", "--trials", "1")

        def has_come_far(wanted=wanted, process=process):
            return len(place.epochs(folder.run(0, 0))) >= wanted or process.poll() is not None

        place.wait_until(has_come_far)
        if process.poll() is None:
            kill(process)
            kills += 1
    assert kills >= 2
    Worker(SweepFolder.open(folder.path)).work()
    assert [trial.value for trial in folder.study().trials()] == [
        trial.value for trial in uninterrupted.study().trials()
    ]
    assert place.epochs(folder.run(0, 0)) == place.epochs(uninterrupted.run(0, 0))


def test_what_is_finished_is_not_done_again(place):
    folder = place.begin(place.SWEEP, long(place).replace("60", "20"))
    process = place.start("work", "tried")
    place.wait_until(lambda: sum(trial.is_over for trial in folder.study().trials()) >= 2)
    kill(process)
    over = {trial.number: trial for trial in folder.study().trials() if trial.is_over}
    before = {number: (folder.run(number, 0) / "model.safetensors").stat().st_mtime_ns for number in over}
    Worker(folder).work()
    study = folder.study()
    assert all(trial.state == "complete" for trial in study.trials())
    assert {number: study.trial(number) for number in over} == over
    after = {number: (folder.run(number, 0) / "model.safetensors").stat().st_mtime_ns for number in over}
    assert after == before


def test_a_trial_that_a_worker_is_at_is_taken_by_no_other(place):
    folder = place.begin(two(place), long(place))
    process = place.start("work", "tried", "--trials", "1")
    place.wait_until(lambda: len(place.epochs(folder.run(0, 0))) >= 1)
    worker = Worker(folder)
    assert worker.work() == 1
    assert worker.study.trial(1).state == "complete"
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert worker.study.trial(0).state == "complete"


def test_a_trial_that_kills_its_workers_fails_in_the_end(place, monkeypatch):
    (place.path / "deadly.py").write_text(
        "import os\nimport numpy as np\nfrom minnet_core import Module\n\n\n"
        "class Deadly(Module):\n"
        "    def updateOutput(self, input):\n"
        "        if os.environ.get('DEADLY') and self.training and len(input) > 2:\n"
        "            os.kill(os.getpid(), 9)\n"
        "        self.output = np.maximum(input, 0)\n"
        "        return self.output\n\n"
        "    def updateGradInput(self, input, gradOutput):\n"
        "        self.gradInput = gradOutput * (input > 0)\n"
        "        return self.gradInput\n"
    )
    sweep = (
        'experiment = "base.toml"\nsampler = "grid"\n[space]\n'
        '"model[1]" = { choices = [{ class = "deadly.py:Deadly" }, { class = "ReLU" }] }\n'
    )
    folder = place.begin(sweep)
    monkeypatch.setenv("DEADLY", "1")
    said = place.run("run", "tried", "--workers", "1")
    deadly, fine = folder.study().trials()
    assert (deadly.state, fine.state) == ("failed", "complete")
    assert deadly.failure == f"its worker died {MOST_DEATHS} times, one after another"
    assert "1 complete, 1 failed" in said


def test_a_worker_that_is_killed_after_it_saved_something_is_no_part_of_a_row_of_deaths(place):
    """Of a trial with long epochs: each of its workers comes some steps further, and not to the end of the epoch."""
    base = place.BASE.replace("epochs = 3", "epochs = 1\ncheckpoint_every = 40").replace("n = 200", "n = 40_000")
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 1"), base)
    checkpoints = folder.run(0, 0) / "checkpoints"
    deaths = []
    for _ in range(MOST_DEATHS + 1):
        before = {path.name for path in checkpoints.glob("*.safetensors")}
        process = place.start("work", "tried")

        def has_come_further(before=before, process=process):
            return {path.name for path in checkpoints.glob("*.safetensors")} - before or process.poll() is not None

        place.wait_until(has_come_further)
        assert process.poll() is None
        kill(process)
        deaths.append(folder.study().trial(0).notes.get("died", [0])[0])
    assert deaths == [0, *[1] * MOST_DEATHS]
    assert not place.epochs(folder.run(0, 0)), "no epoch is over"
    assert Worker(folder).work() == 1
    assert folder.study().trial(0).state == "complete"


def test_ctrl_c_saves_within_an_epoch_and_is_no_death(place):
    folder = place.begin(two(place), long(place))
    process = place.start("work", "tried")
    place.wait_until(lambda: len(place.epochs(folder.run(0, 0))) >= 3)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "interrupted; what was begun is saved, and goes on with: minnet sweep run tried" in said
    trial = folder.study().trial(0)
    assert (trial.state, trial.notes["worker"], "died" in trial.notes) == ("running", None, False)
    assert trial.notes["seconds"] > 0
    said = place.run("work", "tried", "--trials", "1")
    assert "trial 0, seed-0: goes on from step" in said
