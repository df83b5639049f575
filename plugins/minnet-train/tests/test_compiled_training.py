"""Training compiles its steps: the same training, hooks, clipping and weights; and a run goes on as it was begun."""

from __future__ import annotations

import json

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD
from minnet_train import ExperimentError, Run, Samples, Session, Trainer, read_experiment

INPUTS = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
TARGETS = np.eye(2, dtype=np.float32)[(INPUTS[:, 0] > 0).astype(int)]


def trained(compile, weights=None, **options):
    layers = [Linear(4, 8, rng=0), BatchNormalization(0.9), ReLU(), Dropout(0.25, rng=1), Linear(8, 2, rng=2)]
    model = Sequential(*layers, LogSoftMax())
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1, momentum=0.9), compile=compile, **options)
    trainer.fit(Samples(INPUTS, TARGETS, weights=weights), epochs=3, batch_size=16, rng=0)
    return trainer


@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.1}, {"clip_value": 0.01}], ids=str)
def test_compiled_or_not_it_is_the_same_training(options):
    called, compiled = trained(False, **options), trained("numpy", **options)
    assert (called.executor, compiled.executor) == ("modules", "numpy")
    assert compiled.history[-1].loss == pytest.approx(called.history[-1].loss, rel=1e-5)
    for name, array in called.model.namedParameters().items():
        np.testing.assert_allclose(compiled.model.namedParameters()[name], array, 1e-4, 1e-5)


def test_steps_are_compiled_unless_somebody_says_otherwise():
    assert trained("auto").executor == trained(True).executor != "modules"


def test_hooks_get_the_gradients_of_a_compiled_step_and_may_change_them():
    class Doubling:
        @hookimpl
        def minnet_gradients_ready(self, gradients):
            gradients *= 2

    called, compiled = (trained(compile, callbacks=[Doubling()]) for compile in (False, "numpy"))
    assert compiled.history[-1].loss == pytest.approx(called.history[-1].loss, rel=1e-4)


def test_weighted_samples_go_through_the_modules():
    weights = np.linspace(0, 1, 50, dtype=np.float32)
    called, compiled = trained(False, weights), trained("numpy", weights)
    for name, array in called.model.namedParameters().items():
        assert np.array_equal(compiled.model.namedParameters()[name], array)


@pytest.mark.parametrize("compile", ["gpu", 1.5, None])
def test_an_executor_that_there_is_not_is_refused(compile):
    with pytest.raises(ValueError, match=r"expected true, false or one of auto, modules, numpy.*, received"):
        trained(compile)


def experiment_of(folder, line):
    path = folder / "small.toml"
    path.write_text(f"{line}\n{path.read_text('utf-8')}", "utf-8")
    return read_experiment(path)


@pytest.mark.parametrize("line", ['compile = "gpu"', "compile = 3"])
def test_an_experiment_that_names_none_is_refused(folder, line):
    with pytest.raises(ExperimentError, match="compile"):
        Run.prepare(experiment_of(folder, line))


@pytest.mark.parametrize(("line", "executor"), [("compile = false", "modules"), ('compile = "numpy"', "numpy")])
def test_a_run_records_its_executor_and_goes_on_with_it(folder, line, executor):
    run = Run.prepare(experiment_of(folder, line))
    with Session.begin(run, "run") as session:
        next(session.epochs())
    config = json.loads((folder / "run" / "config.json").read_text("utf-8"))
    assert config["executor"] == executor
    with Session.resume("run") as session:
        assert session.run.trainer.executor == executor


def test_a_run_of_before_steps_were_compiled_goes_on_with_the_modules(folder):
    with Session.begin(Run.prepare(experiment_of(folder, "")), "run") as session:
        next(session.epochs())
    path = folder / "run" / "config.json"
    config = json.loads(path.read_text("utf-8"))
    del config["executor"]
    path.write_text(json.dumps(config), "utf-8")
    with Session.resume("run") as session:
        assert session.run.trainer.executor == "modules"


def test_a_run_whose_executor_is_gone_says_what_to_install(folder):
    with Session.begin(Run.prepare(experiment_of(folder, "")), "run") as session:
        directory = session.directory
    path = folder / "run" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "executor": "elsewhere"}), "utf-8")
    assert directory.config != evolve(directory.config, executor="elsewhere")
    with pytest.raises(ExperimentError, match="received 'elsewhere'"), Session.resume("run"):
        pass
