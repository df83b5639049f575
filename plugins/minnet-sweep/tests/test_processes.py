"""The worker processes of ``minnet sweep run``: who asks one of them to end, and when."""

import os
import signal
import sys
import time
from itertools import pairwise

import pytest

from minnet_sweep import SweepError, Worker
from minnet_sweep.trials import Workers
from minnet_sweep.trials.claim import claimed
from minnet_train import RunError
from minnet_train.many_runs import RunFiles
from minnet_train.training import Interruption


def test_who_is_asked_to_stop_while_workers_are_started_starts_no_more(place, monkeypatch):
    """The worker that was being started when the signal came was not there yet to be told."""
    folder = place.begin()
    started = []
    start = Workers._start

    def stopped_first(self, index):
        started.append(index)
        self.stop()
        start(self, index)

    monkeypatch.setattr(Workers, "_start", stopped_first)
    Workers(folder, 3, Interruption()).run(lambda: None)
    assert started == [0]
    assert not any(trial.is_over for trial in folder.study().trials())


def test_a_sweep_without_its_empty_folders_as_git_copies_one_goes_on(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 1"))
    for name in ("trials", "workers"):
        (folder.path / name).rmdir()
    Workers(folder, 1, Interruption()).run(lambda: None)
    assert [trial.state for trial in folder.study().trials()] == ["complete"]


def test_watching_takes_a_tenth_of_the_time_at_most(place):
    """Of a sweep of thousands of trials it takes long, and the workers need the processors."""
    folder, calls = place.begin(base=place.BASE.replace("epochs = 3", "epochs = 9")), []

    def watch():
        calls.append(time.monotonic())
        time.sleep(0.05)

    Workers(folder, 1, Interruption()).run(watch)
    distances = [after - before for before, after in pairwise(calls[:-1])]  # the last call is that of the end
    assert distances
    assert min(distances) >= 0.5


def test_no_run_of_a_trial_is_deleted_while_a_worker_is_at_another_seed(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 1\nseeds = 2"))
    Worker(folder).work()
    with claimed(folder.trial(0)) as is_claimed:
        assert is_claimed
        with claimed(folder.trial(0)) as again:
            assert not again
        with pytest.raises(RunError, match=f"seed-0: .* in a group that is held by process {os.getpid()} on"):
            RunFiles.of(folder.run(0, 0)).delete()
    RunFiles.of(folder.run(0, 0)).delete()
    assert not folder.run(0, 0).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that can be handled")
def test_a_worker_that_is_asked_to_end_takes_no_other_with_it(place):
    """As somebody asks who wants a processor back; what it was at is gone on with by another, if there is one."""
    base = place.BASE.replace("epochs = 3", "epochs = 30")
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 2"), base)

    def carried_out_by(count):
        workers, asked = Workers(folder, count, Interruption()), []

        def watch():
            names = {trial.notes.get("worker") or "" for trial in folder.study().trials() if trial.state == "running"}
            pid = next((each.pid for each in workers._running.values()), None)
            if not asked and any(name.endswith(f":{pid}") for name in names):
                asked.append(pid)
                os.kill(pid, signal.SIGTERM)

        workers.run(watch)

    with pytest.raises(SweepError, match="1 of the workers were asked to end, .*; minnet sweep run .*tried goes on"):
        carried_out_by(1)
    assert not folder.study().complete()
    carried_out_by(2)
    assert len(folder.study().complete()) == 2
