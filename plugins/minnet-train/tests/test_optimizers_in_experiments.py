"""Parameter groups and closures, from experiments and in the trainer."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import Linear, LogSoftMax, ReLU
from minnet_optimizers import LBFGS, SGD, CosineDecay, StepDecay
from minnet_train import ExperimentError, Run, Samples, Session, Trainer, read_experiment
from minnet_train.commands.train import train

ADAM = 'optimizer = { class = "Adam", lr = 1e-2 }'
DEEP = """\
    { class = "Linear", n_in = 2, n_out = 4 },
    { class = "ReLU" },
    { class = "Linear", n_in = 4, n_out = 3 },
"""


@pytest.fixture
def deep(edit):
    edit('    { class = "Linear", n_in = 2, n_out = 3 },\n', DEEP)
    return edit


def with_optimizer(edit, text):
    edit(ADAM + "\n", "")
    edit("[data]", f"{text}\n\n[data]")
    return read_experiment("small.toml")


def test_groups_are_tables_of_the_optimizer(deep):
    experiment = with_optimizer(
        deep,
        """
[optimizer]
class = "AdamW"
lr = 1e-2

[[optimizer.groups]]
names = "0"
frozen = true

[[optimizer.groups]]
names = ["*.b"]
lr = 0.1
weight_decay = 0""",
    )
    run = Run.prepare(experiment)
    assert [group["names"] for group in run.optimizer.groups] == [["0.W", "0.b"], ["2.b"]]
    before = {name: array.copy() for name, array in run.model.namedParameters().items()}
    list(run.epochs())
    changed = {name for name, array in run.model.namedParameters().items() if (array != before[name]).any()}
    assert changed == {"2.W", "2.b"}


def test_no_decay_is_a_ready_group(deep):
    experiment = with_optimizer(deep, 'optimizer = { class = "AdamW", groups = ["no_decay"] }')
    (group,) = Run.prepare(experiment).optimizer.groups
    assert (group["names"], group["weight_decay"]) == (["0.b", "2.b"], 0.0)


def test_a_run_with_groups_goes_on_bit_for_bit(deep):
    groups = '[{ names = "*.b", weight_decay = 0.1, betas = [0.5, 0.9] }, { names = "0", lr = 0.1 }]'
    schedule = 'schedule = { class = "CosineDecay" }'
    experiment = with_optimizer(deep, f'optimizer = {{ class = "Adam", groups = {groups} }}\n{schedule}')
    run = Run.prepare(experiment)
    list(run.epochs())
    with Session.begin(Run.prepare(experiment), "run") as session:
        next(session.epochs())
    with Session.resume("run") as session:
        list(session.epochs())
        for name, array in run.model.namedParameters().items():
            np.testing.assert_array_equal(session.run.model.namedParameters()[name], array)
        assert session.run.optimizer.groups == run.optimizer.groups


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ('[{ names = "*.w" }]', "optimizer.groups: groups[0]: expected the name of a parameter or a pattern such as"),
        ('[{ names = "0", lrr = 1 }]', "groups[0]: expected an option of Adam, received 'lrr'; did you mean 'lr'?"),
        ('[{ names = "0", lr = -1 }]', "groups[0]: Adam: expected lr to be a finite number of 0 or more"),
        ('["decay"]', "groups[0]: expected 'no_decay' or a group such as"),
        ('"no_decay"', "expected a list of groups such as"),
    ],
)
def test_a_mistake_in_a_group_is_one_of_the_experiment(deep, groups, message):
    with pytest.raises(ExperimentError) as caught:
        Run.prepare(with_optimizer(deep, f'optimizer = {{ class = "Adam", groups = {groups} }}'))
    assert message in str(caught.value)


def test_a_schedule_is_of_the_rate_of_each_group():
    model = Sequential(Linear(3, 4, rng=0), ReLU(), Linear(4, 2, rng=1), LogSoftMax())
    optimizer = SGD(model, lr=0.1)
    optimizer.groups = [{"names": "0", "lr": 0.01}, {"names": "2.b", "momentum": 0.5}]
    rng = np.random.default_rng(0)
    samples = Samples(rng.normal(size=(20, 3)).astype(np.float32), np.eye(2, dtype=np.float32)[rng.integers(0, 2, 20)])
    for schedule, time, length in ((CosineDecay(per="step", min_lr=0.001), 9, 10), (StepDecay(1), 1, 2)):
        optimizer.lr, optimizer.groups[0]["lr"] = 0.1, 0.01
        Trainer(model, ClassNLLCriterion(), optimizer, schedule=schedule).fit(samples, epochs=2, batch_size=4, rng=0)
        assert optimizer.lr == schedule.lr_at(time, 0.1, length)
        assert optimizer.groups[0]["lr"] == schedule.lr_at(time, 0.01, length)
        assert "lr" not in optimizer.groups[1]


def test_groups_that_come_later_get_their_rates_from_the_schedule_too():
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    optimizer = SGD(model, lr=0.1)
    samples = Samples(np.ones((4, 3), np.float32), np.eye(2, dtype=np.float32)[[0, 1, 0, 1]])
    trainer = Trainer(model, ClassNLLCriterion(), optimizer, schedule=StepDecay(1))
    trainer.fit(samples, epochs=1, rng=0)
    optimizer.groups = [{"names": "*.b", "lr": 0.5}]
    trainer.fit(samples, epochs=2)
    assert (optimizer.lr, optimizer.groups[0]["lr"]) == (StepDecay(1).lr_at(1, 0.1, 2), StepDecay(1).lr_at(1, 0.5, 2))


def test_names_are_those_of_the_whole_model_beside_frozen_layers(deep):
    assert CliRunner().invoke(train, ["small.toml", "-o", "old.safetensors", "--run", "old"]).exit_code == 0
    deep("epochs = 2", 'epochs = 2\nstart = { model = "old.safetensors", freeze = ["0"] }')
    groups = '[{ names = "2.b", lr = 0.5 }]'
    run = Run.prepare(with_optimizer(deep, f'optimizer = {{ class = "Adam", groups = {groups} }}'))
    assert run.optimizer.groups[0]["names"] == ["0.b"]
    assert run.optimizer.module[0] is run.model[2]
    deep('names = "2.b"', 'names = "0.b"')
    with pytest.raises(ExperimentError, match="expected parameters of layers that are not frozen, received '0.b'"):
        Run.prepare(read_experiment("small.toml"))


@pytest.mark.parametrize("compile", [False, "numpy"])
@pytest.mark.parametrize("options", [{}, {"accumulate": 3}])
def test_lbfgs_gets_a_closure_and_solves_least_squares(compile, options):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(30, 3))
    targets = inputs @ [[1.0], [2.0], [-3.0]] + 0.5
    model = Sequential(Linear(3, 1, rng=0, dtype="float64"))
    optimizer = LBFGS(model, line_search_fn="strong_wolfe")
    trainer = Trainer(model, MSECriterion(), optimizer, compile=compile, **options)
    trainer.fit(Samples(inputs, targets), epochs=3, batch_size=30 // options.get("accumulate", 1), rng=0)
    np.testing.assert_allclose(model[0].W, [[1.0, 2.0, -3.0]], atol=1e-5)
    assert trainer.step == optimizer.t == 3
    assert trainer.history[0].loss > trainer.history[-1].loss


def test_an_experiment_with_lbfgs_is_of_all_samples_or_refused(edit):
    experiment = with_optimizer(edit, 'optimizer = { class = "LBFGS", line_search_fn = "strong_wolfe" }')
    with pytest.raises(ExperimentError, match="^batch_size: expected all 18 samples.* in a step of LBFGS"):
        Run.prepare(experiment)
    edit("batch_size = 8", "batch_size = 8\naccumulate = 3")
    reports = list(Run.prepare(read_experiment("small.toml")).epochs())
    assert reports[-1].loss < reports[0].loss
    assert reports[-1].step == 2
