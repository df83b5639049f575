"""Criterions that are made of others, in an experiment, in a checkpoint and in a compiled step."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_core.state import plain_attributes, set_plain_attributes
from minnet_criterions import AbsCriterion, CrossEntropyCriterion, FocalCriterion, MSECriterion, MultiCriterion
from minnet_layers import Linear
from minnet_optimizers import SGD
from minnet_train import ExperimentError, ExperimentFile, Run

EXPERIMENT = """\
seed = 3
epochs = 2
batch_size = 4
output = "small.safetensors"
model = [{ class = "Linear", n_in = 1, n_out = 1 }]
optimizer = { class = "SGD", lr = 1e-2 }

[criterion]
class = "MultiCriterion"
criterions = [{ class = "MSECriterion" }, { class = "HuberCriterion", delta = 0.5 }]
weights = [1.0, 0.5]

[data]
source = "lengths.csv"
target = "weight"
test_fraction = 0.25
validation_fraction = 0
"""


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    (tmp_path / "lengths.csv").write_text("length,weight\n" + "".join(f"{i},{2.5 * i + i % 3}\n" for i in range(16)))
    (tmp_path / "small.toml").write_text(EXPERIMENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "small.toml"


def test_an_experiment_names_the_criterions_inside(experiment):
    run = Run.prepare(ExperimentFile.read("small.toml").experiment())
    assert repr(run.criterion) == "MultiCriterion(MSECriterion, 0.5 * HuberCriterion)"
    assert run.criterion.criterions[1].delta == 0.5
    reports = list(run.epochs())
    assert reports[-1].loss < reports[0].loss


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HuberCriterion", "HuberCriterio", r"criterion\.criterions\[1\]\.class: no distribution registers"),
        (
            "delta = 0.5",
            "delta = -1.0",
            r"criterion\.criterions\[1\]: .*HuberCriterion: expected delta to be finite",
        ),
        (
            "delta",
            "delt",
            r"criterion\.criterions\[1\]\.delt: unknown argument of HuberCriterion; did you mean 'delta'",
        ),
    ],
)
def test_a_mistake_in_a_criterion_inside_is_told_where_it_stands(experiment, old, new, message):
    experiment.write_text(EXPERIMENT.replace(old, new))
    file = ExperimentFile.read("small.toml")
    with pytest.raises(ExperimentError, match=message), file.locating_errors():
        Run.prepare(file.experiment())


def test_the_state_of_a_criterion_inside_is_put_back_without_its_results():
    criterion = MultiCriterion([MSECriterion(), FocalCriterion()], [1.0, 0.5])
    criterion.forward(np.ones((2, 2)), np.ones((2, 2)))
    state = plain_attributes(criterion, arrays=True)
    assert "output" not in repr(state)
    criterion.criterions[1].gamma, criterion.weights[0] = 5.0, 9.0
    inside = criterion.criterions[1]
    set_plain_attributes(criterion, state)
    assert criterion.criterions[1] is inside
    assert (inside.gamma, criterion.weights) == (2.0, [1.0, 0.5])


@pytest.mark.parametrize("executor", ["numpy", "fast"])
def test_a_compiled_step_calls_them_and_computes_the_same(executor):
    if executor == "fast":
        pytest.importorskip("minnet_fast")
    model = Sequential(Linear(4, 3, rng=0, dtype="float64"))
    twin, criterion = model.clone(), MultiCriterion([MSECriterion(), AbsCriterion(), CrossEntropyCriterion()])
    x, t = np.random.default_rng(0).standard_normal((6, 4)), np.random.default_rng(1).dirichlet(np.ones(3), 6)
    compiled, optimizer = compile(model, criterion, SGD(model, lr=0.1), executor=executor), SGD(twin, lr=0.1)
    for _ in range(3):
        loss = compiled.step(x, t)
        twin.zeroGradParameters()
        assert loss == pytest.approx(criterion.forward(twin.forward(x), t), rel=1e-12)
        twin.backwardParameters(x, criterion.backward(twin.output, t))
        optimizer.step()
    np.testing.assert_allclose(model.getParameters()[0][0], twin.getParameters()[0][0], rtol=1e-12)
    assert "called: MultiCriterion" in compiled.describe()
