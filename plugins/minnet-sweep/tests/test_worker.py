"""What a worker makes of a trial: ordinary runs, a result, or a failure that ends nothing else."""

import json
import math
import shutil
import signal
import time

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Module, layers
from minnet_sweep import SweepError, SweepFolder, Worker
from minnet_sweep.reports import Summary, best_text
from minnet_sweep.trials import result_of
from minnet_sweep.trials.trial_training import MOST_DEATHS
from minnet_train import EarlyStopping, ExperimentFile, Run, Session, read_experiment
from minnet_train.training import Interruption


class Failing(Module):
    """A stranger's activation that fails in the second epoch of some networks."""

    calls = 0

    def __init__(self, fails=True):
        super().__init__()
        self.fails = fails

    def updateOutput(self, input):
        type(self).calls += 1
        if self.fails and type(self).calls > 8:
            raise ZeroDivisionError("a mistake of its author")
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input > 0)
        return self.gradInput


@pytest.fixture
def failing(monkeypatch):
    monkeypatch.setattr(layers, "_local", dict(layers._local))
    monkeypatch.setattr(Failing, "calls", 0)
    return layers.register(Failing)


def test_a_trial_is_what_minnet_train_makes_of_its_experiment(place):
    folder = place.begin('pruning = "median"\n' + place.SWEEP)  # of which four trials are too few to end one
    said = []
    worker = Worker(folder, tell=said.append)
    assert worker.work() == 4
    trials = worker.study.trials()
    assert [trial.state for trial in trials] == ["complete"] * 4
    assert len({trial.values["optimizer.lr"] for trial in trials}) == 4
    best = worker.study.best()
    assert best.value == min(trial.value for trial in trials)
    (place.path / "best.toml").write_text(best_text(folder, best))
    run = Run.prepare(read_experiment("best.toml"), threads=1)
    reports = [report.as_dict() for report in run.epochs()]
    assert reports[-1]["validation_loss"] == best.value
    run.save("again.safetensors")
    again, model = (place.path / "again.safetensors").read_bytes(), folder.run(best.number, 0) / "model.safetensors"
    assert len(again) == len(model.read_bytes())
    assert [epoch["loss"] for epoch in place.epochs(folder.run(best.number, 0))] == [
        report["loss"] for report in reports
    ]
    assert best.reported == {index: report["validation_loss"] for index, report in enumerate(reports, 1)}
    assert [line.split(":")[0] for line in said] == [f"trial {number}" for number in range(4)]


def test_the_result_is_the_mean_over_the_seeds_which_are_runs_of_their_own(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", 'trials = 2\nseeds = 2\npruning = "median"'))
    worker = Worker(folder)
    worker.work()
    for trial in worker.study.trials():
        results = [place.epochs(folder.run(trial.number, seed))[-1]["validation_loss"] for seed in range(2)]
        assert results[0] != results[1]
        assert trial.value == sum(results) / 2
        assert trial.notes["results"] == {"0": results[0], "1": results[1]}
        assert trial.reported[6] == trial.value, "after three epochs of each seed"
        configs = [json.loads((folder.run(trial.number, seed) / "config.json").read_text()) for seed in range(2)]
        assert [config["experiment"]["seed"] for config in configs] == [1, 2]


def test_epochs_that_were_saved_and_not_reported_are_reported(place):
    folder = place.begin('pruning = "median"\n' + place.SWEEP)
    study = folder.study()
    assert study.begin(0)
    run = Run.prepare(folder.experiment(study.values(0)), threads=1)
    with Session.begin(run, folder.run(0, 0)) as session:
        reports = session.epochs()
        losses = [next(reports).validation_loss, next(reports).validation_loss]
    assert study.trial(0).reported == {}, "the worker was killed between"
    Worker(folder, most=1).work()
    reported = study.trial(0).reported
    assert [reported[1], reported[2]] == losses
    assert len(reported) == 3


def test_what_is_kept_is_what_counts(place):
    reports = [{"validation_loss": loss, "accuracy": accuracy} for loss, accuracy in ((3, 0.1), (1, 0.2), (2, 0.9))]
    experiment = ExperimentFile("base", place.BASE, "").experiment()
    assert result_of(reports, experiment, "accuracy") == 0.9
    stopping = evolve(experiment, early_stopping=EarlyStopping(patience=2))
    assert result_of(reports, stopping, "accuracy") == 0.2
    kept = evolve(experiment, early_stopping=EarlyStopping(patience=2, restore_best=False))
    assert result_of(reports, kept, "accuracy") == 0.9
    best = evolve(experiment, early_stopping=EarlyStopping(metric="accuracy"))
    assert result_of(reports, best, "validation_loss") == 2
    with pytest.raises(SweepError, match="expected a number of every report, one of validation_loss, accuracy"):
        result_of(reports, experiment, "f1")


def test_early_stopping_gives_the_result_of_the_model_that_is_restored(place):
    folder = place.begin(
        place.SWEEP.replace("low = 1e-3, high = 0.1", "low = 1.0, high = 3.0"),
        place.BASE.replace("epochs = 3", "epochs = 6").replace("[data]", "early_stopping = { patience = 2 }\n[data]"),
    )
    worker = Worker(folder)
    worker.work()
    for trial in worker.study.complete():
        losses = [epoch["validation_loss"] for epoch in place.epochs(folder.run(trial.number, 0))]
        assert trial.value == min(losses)


def test_a_divergence_is_a_failure_that_ends_nothing_else(place):
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\n[space]\n"optimizer.lr" = [1e18, 0.01]\n',
        place.BASE.replace("Adam", "SGD").replace('"ReLU"', '"Square"'),
    )
    worker = Worker(folder)
    assert worker.work() == 2
    diverged, fine = worker.study.trials()
    assert (diverged.state, fine.state) == ("pruned", "complete")
    assert diverged.failure.startswith("diverged: epoch ")
    assert Summary.of(folder).failures == [diverged]
    assert not Summary.of(folder).has_failed
    assert worker.study.best().number == 1


def test_an_exception_of_a_component_is_a_failure_that_ends_nothing_else(place, failing):
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\n[space]\n'
        '"model[1]" = [{ class = "Failing" }, { class = "ReLU" }]\n'
    )
    Failing.calls = 0
    worker = Worker(folder)
    assert worker.work() == 2
    failed, fine = worker.study.trials()
    assert (failed.state, fine.state) == ("failed", "complete")
    assert "ZeroDivisionError: a mistake of its author" in failed.failure


def test_values_that_do_not_fit_each_other_are_a_failure(place):
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\n[space]\n'
        'a = { options = { old = { epochs = 1 }, new = { "model[0].n_out" = 4, "model[2].n_in" = 4 } } }\n'
        "b = { options = { old = { batch_size = 64 }, "
        'new = { "model[1]" = { class = "PReLU", num_parameters = 8 } } } }\n'
    )
    worker = Worker(folder)
    worker.work()
    states = {tuple(trial.values.values()): trial for trial in worker.study.trials()}
    assert states["new", "new"].state == "failed"
    assert "model" in states["new", "new"].failure
    assert sum(trial.state == "complete" for trial in states.values()) == 3


def test_pruned_trials_leave_their_runs_and_no_result(place):
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\npruning = { kind = "halving", factor = 2 }\nseeds = 2\n[space]\n'
        '"optimizer.lr" = [0.05, 1e-9, 1e-8]\n'
    )
    worker = Worker(folder)
    worker.work()
    good, *bad = worker.study.trials()
    assert good.state == "complete"
    assert sorted(good.reported) == [1, 2, 3, 6]
    for trial in bad:
        assert (trial.state, trial.failure, list(trial.reported)) == ("pruned", None, [1])
        assert len(place.epochs(folder.run(trial.number, 0))) == 1
        assert not folder.run(trial.number, 1).exists(), "a bad point is not trained with other seeds"


@pytest.mark.parametrize(("kind", "seeds"), [("median", 1), ("halving", 1), ("halving", 2), ("hyperband", 1)])
def test_what_is_trained_to_its_end_has_a_result_and_the_best_is_that_without_pruning(place, kind, seeds):
    sweep = (
        f'experiment = "base.toml"\nsampler = "grid"\nseeds = {seeds}\npruning = {{ PRUNING }}\n[space]\n'
        '"optimizer.lr" = [0.05, 1e-8, 1e-7, 1e-6, 1e-5, 0.03]\n'
    )
    options = 'kind = "median", startup = 2' if kind == "median" else f'kind = "{kind}"'
    whole = place.begin(sweep.replace("PRUNING", 'kind = "none"'))
    Worker(whole).work()
    values = {trial.number: trial.value for trial in whole.study().trials()}
    shutil.move(whole.path, place.path / "whole")
    pruned = place.begin(sweep.replace("PRUNING", options))
    Worker(pruned).work()
    trials = pruned.study().trials()
    for trial in trials:
        assert trial.value == (values[trial.number] if trial.state == "complete" else None)
        if trial.state == "pruned":
            assert len(trial.reported) < 3 * seeds
            assert max(trial.reported) < 3 * seeds, "its end was reached, and a result thrown away"
    best = min(values, key=values.__getitem__)
    assert trials[best].state == "complete"
    assert pruned.study().best().number == best
    assert any(trial.state == "pruned" for trial in trials)


def test_a_worker_takes_as_many_as_it_is_told_and_the_next_goes_on(place):
    folder = place.begin()
    assert Worker(folder, most=1).work() == 1
    assert Worker(SweepFolder.open(folder.path)).work() == 3
    assert Worker(folder).work() == 0


def rows(place, name="d.csv", seed=0):
    """Write a table of which the last column says whether the first is above 0, and return a base that learns it."""
    features = np.random.default_rng(seed).standard_normal((80, 2)).round(3)
    lines = [f"{a},{b},{'yes' if a > 0 else 'no'}" for a, b in features]
    (place.path / name).write_text("\n".join(["a,b,class", *lines]) + "\n")
    return place.BASE.replace('{ class = "TwoMoons", n = 200 }', f'"{name}"')


def test_where_the_data_are_not_seen_no_trial_fails(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 2"), rows(place))
    assert Worker(folder, most=1).work() == 1
    (place.path / "d.csv").rename(place.path / "elsewhere.csv")
    for _ in range(MOST_DEATHS + 1):  # of which none is a death either
        with pytest.raises(
            SweepError, match="trial 1 could not be tried here: .*d.csv.*; that is no failure of its val"
        ):
            Worker(folder).work()
    assert [trial.state for trial in folder.study().trials()] == ["complete", "running"]
    (place.path / "elsewhere.csv").rename(place.path / "d.csv")
    assert Worker(folder).work() == 1
    assert len(folder.study().complete()) == 2


def test_trials_learn_from_the_same_data_or_are_not_compared(place):
    sweep = place.SWEEP.replace("trials = 4", 'trials = 3\nsampler = "grid"').replace('sampler = "random"\n', "")
    space = '"data.source" = ["d.csv", "e.csv"]\n"optimizer.lr" = [0.1, 0.2]\n'
    rows(place, "e.csv", seed=1)
    folder = place.begin(sweep[: sweep.index('"optimizer.lr"')] + space, rows(place))
    assert Worker(folder, most=1).work() == 1
    before = (place.path / "d.csv").read_text()
    (place.path / "d.csv").write_text(before.replace("no", "yes", 1))
    with pytest.raises(
        SweepError, match="d.csv: expected the data that the trials before have learned from, received o"
    ):
        Worker(folder).work()
    (place.path / "d.csv").write_text(before)
    assert Worker(folder).work() == 2
    assert [trial.values["data.source"] for trial in folder.study().complete()] == ["d.csv", "d.csv", "e.csv"]


def test_trials_go_on_from_the_same_model_or_are_not_compared(place):
    def first(epochs):
        run = Run.prepare(evolve(read_experiment("base.toml"), epochs=epochs))
        for _ in run.epochs():
            pass
        run.save("first.safetensors")

    place.write()
    first(1)
    base = place.BASE + '\n[start]\nmodel = "first.safetensors"\n'
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 2"), base)
    assert Worker(folder, most=1).work() == 1
    place.write()
    first(2)
    with pytest.raises(
        SweepError, match="first.safetensors: expected the model that the trials before have gone on from, received an"
    ):
        Worker(folder).work()
    place.write()
    first(1)
    assert Worker(folder).work() == 1


def test_it_is_said_that_a_python_file_is_another_than_in_the_trials_before(place):
    code = "from minnet_layers import ReLU\n\n\nclass Mine(ReLU):\n    pass\n"
    (place.path / "mine.py").write_text(code)
    folder, said = place.begin(base=place.BASE.replace('"ReLU"', '"mine.py:Mine"')), []
    assert Worker(folder, tell=said.append, most=2).work() == 2
    (place.path / "mine.py").write_text(code + "\n# mended\n")
    assert Worker(folder, tell=said.append).work() == 2
    changes = [line for line in said if "mine.py is not what it was" in line]
    assert len(changes) == 1
    assert changes[0].startswith("warning: trials before this one may have had other results: ")


def test_a_trial_without_the_metric_fails_and_ends_nothing_else(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", 'trials = 2\npruning = "median"'))
    other = evolve(folder, sweep=evolve(folder.sweep, metric="validation_f1"))
    assert Worker(other, most=1).work() == 1
    assert Worker(folder).work() == 1
    failed, fine = folder.study().trials()
    assert (failed.state, fine.state) == ("failed", "complete")
    assert failed.failure.startswith("metric: expected a number of every report, one of epoch, step, loss")


def test_a_run_that_is_damaged_is_named_with_what_to_do(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 1"))
    study = folder.study()
    study.begin(0)
    folder.run(0, 0).mkdir(parents=True)
    (folder.run(0, 0) / "config.json").write_text("{")
    with pytest.raises(
        SweepError, match="trial 0 cannot be gone on with: .*config.json: .*, remove .*seed-0, and it beg"
    ):
        Worker(folder).work()
    shutil.rmtree(folder.run(0, 0))
    assert Worker(folder).work() == 1
    assert study.trial(0).state == "complete"


def test_a_second_signal_in_a_component_is_no_failure_of_it(place, failing, monkeypatch):
    """What builds components takes an exit for theirs, and says so by an error."""
    folder = place.begin('experiment = "base.toml"\nsampler = "grid"\n[space]\n"model[1]" = [{ class = "Failing" }]\n')

    def interrupted_twice(self, fails=True):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Failing, "__init__", interrupted_twice)
    with pytest.raises(SystemExit) as caught, Interruption() as interruption:
        Worker(folder, interruption).work()
    assert caught.value.code == 130
    trial = folder.study().trial(0)
    assert (trial.state, trial.failure, trial.notes["worker"]) == ("running", None, None)


def test_what_early_stopping_ends_has_a_result_however_bad_it_is(place):
    """The first trials are good; the last is worse than their median in its last epoch, which is when it is over."""
    base = place.BASE.replace("[data]", "early_stopping = { patience = 1, min_delta = 5.0 }\n[data]")
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\npruning = { kind = "median", startup = 2, warmup = 2 }\n'
        '[space]\n"optimizer.lr" = [0.03, 0.05, 1e-9]\n',
        base,
    )
    Worker(folder).work()
    trials = folder.study().trials()
    assert [len(place.epochs(folder.run(trial.number, 0))) for trial in trials] == [2, 2, 2], "early stopping ends it"
    assert [trial.state for trial in trials] == ["complete"] * 3


def test_no_trial_begins_when_the_time_is_over(place):
    folder = place.begin(place.SWEEP.replace("trials = 4", "seconds = 0.05"))
    worker = Worker(folder)
    ended = worker.work()
    assert 1 <= ended < 10
    assert len(worker.study.trials()) == ended, "no point is left waiting"
    assert Worker(folder).work() == 0
    summary = Summary.of(folder)
    assert (summary.is_over, summary.seconds_left) == (True, 0.0)
    assert Worker(folder.limited(seconds=worker.study.seconds() + 0.05)).work() >= 1


def test_a_clock_that_is_set_is_no_work(place, monkeypatch):
    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 3\nseconds = 3600"))
    worker = Worker(folder)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 86_400)
    assert worker.work() == 3
    assert worker.study.seconds() < 60


def test_more_trials_can_be_asked_for(place):
    folder = place.begin()
    Worker(folder).work()
    more = folder.limited(trials=6)
    assert Worker(SweepFolder.open(folder.path)).work() == 2
    with pytest.raises(SweepError, match="expected at least 6 trials, which there are, received 5"):
        more.limited(trials=5)


def test_a_result_that_is_no_number_is_a_failure(place, monkeypatch):
    from minnet_sweep.trials import trial_training

    folder = place.begin(place.SWEEP.replace("trials = 4", "trials = 1"))
    monkeypatch.setattr(trial_training, "result_of", lambda *arguments: math.nan)
    worker = Worker(folder)
    worker.work()
    (trial,) = worker.study.trials()
    assert trial.state == "pruned"
    assert trial.failure == "diverged: expected a finite validation_loss, received nan"
