"""Optimizers against ``torch.optim``: 100 steps, with a new learning rate and a rebound parameter on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from minnet_core import Module
from minnet_optimizers import (
    LBFGS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
    adam_optimizer,
    sgd_momentum,
)
from minnet_train import ExponentialMovingAverage

SEEDS = range(int(os.environ.get("CONFORMANCE_SEEDS", "25")))
"""As many as take each combination of options once; in ``tox -e parity-full`` twice."""

THOROUGH = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")
"""Those that are tried with all seeds; of others, each combination of options is tried once."""
STEPS = 100

PAIRS = {
    "SGD": (SGD, torch.optim.SGD),
    "Adam": (Adam, torch.optim.Adam),
    "AdamW": (AdamW, torch.optim.AdamW),
    "RMSprop": (RMSprop, torch.optim.RMSprop),
    "Adagrad": (Adagrad, torch.optim.Adagrad),
    "NAdam": (NAdam, torch.optim.NAdam),
    "RAdam": (RAdam, torch.optim.RAdam),
    "Adamax": (Adamax, torch.optim.Adamax),
    "Adadelta": (Adadelta, torch.optim.Adadelta),
    "Rprop": (Rprop, torch.optim.Rprop),
}

OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "SGD": {"momentum": (0.0, 0.9), "nesterov": (False, True), "weight_decay": (0.0, 0.1)},
    "Adam": {"betas": ((0.9, 0.999), (0.5, 0.7), (0.0, 0.9)), "eps": (1e-8, 1e-2), "weight_decay": (0.0, 0.1)},
    "AdamW": {"betas": ((0.9, 0.999), (0.5, 0.7), (0.9, 0.0)), "eps": (1e-8, 1e-2), "weight_decay": (0.0, 0.1)},
    "RMSprop": {
        "alpha": (0.99, 0.7),
        "eps": (1e-8, 1e-2),
        "weight_decay": (0.0, 0.1),
        "momentum": (0.0, 0.9),
        "centered": (False, True),
    },
    "Adagrad": {
        "lr_decay": (0.0, 0.1),
        "weight_decay": (0.0, 0.1),
        "initial_accumulator_value": (0.0, 0.3),
        "eps": (1e-10, 1e-2),
    },
    "NAdam": {
        "betas": ((0.9, 0.999), (0.0, 0.9)),
        "eps": (1e-8, 1e-2),
        "weight_decay": (0.0, 0.1),
        "momentum_decay": (4e-3, 1.0),
        "decoupled_weight_decay": (False, True),
    },
    "RAdam": {  # of a second beta of 0.6 no step is ever rectified
        "betas": ((0.9, 0.999), (0.5, 0.9), (0.9, 0.6)),
        "weight_decay": (0.0, 0.1),
        "decoupled_weight_decay": (False, True),
    },
    "Adamax": {"betas": ((0.9, 0.999), (0.5, 0.3)), "eps": (1e-8, 1e-2), "weight_decay": (0.0, 0.1)},
    "Adadelta": {"rho": (0.9, 0.5), "eps": (1e-6, 1e-2), "weight_decay": (0.0, 0.1)},
    "Rprop": {"etas": ((0.5, 1.2), (0.2, 1.9)), "step_sizes": ((1e-6, 50), (1e-3, 0.02))},
}


def combinations(name: str) -> list[dict[str, Any]]:
    """Every combination of options that is legal."""
    options = OPTIONS[name]
    every = [dict(zip(options, values, strict=True)) for values in product(*options.values())]
    return [chosen for chosen in every if not (chosen.get("nesterov") and not chosen["momentum"])]


class Parameters(Module):
    """Two parameters without a function; the test sets their gradients."""

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}

    def __init__(self, W: np.ndarray, b: np.ndarray) -> None:
        super().__init__()
        self.W, self.b = W, b
        self.gradW, self.gradb = np.zeros_like(W), np.zeros_like(b)


class Course:
    """One seed's parameters, as ours and as torch's, and the gradients of each step."""

    def __init__(self, seed: int, dtype: type = np.float64) -> None:
        self.rng = np.random.default_rng(seed)
        n, m = self.rng.integers(1, 6, 2)
        W, b = (self.rng.normal(size=shape).astype(dtype) for shape in ((n, m), (n,)))
        self.module = Parameters(W, b)
        self.tensors = [torch.tensor(array, requires_grad=True) for array in (W, b)]
        self.scale = 10.0 ** self.rng.integers(-2, 3)

    def steps(self) -> Iterator[int]:
        """Set the gradients of each step on both sides; after the 66th, rebind a parameter on both sides."""
        for t in range(1, STEPS + 1):
            for name, tensor in zip(("W", "b"), self.tensors, strict=True):
                gradient = self.scale * (self.rng.normal(size=tuple(tensor.shape)) + 0.3)
                gradient = (gradient * (self.rng.random(gradient.shape) > 0.1)).astype(self.module.W.dtype)
                getattr(self.module, f"grad{name}")[...] = gradient
                tensor.grad = torch.from_numpy(gradient)
            yield t
            if t == 66:
                self.module.W = self.rng.normal(size=self.module.W.shape).astype(self.module.W.dtype)
                self.tensors[0].data = torch.tensor(self.module.W)

    def compare(self, rtol: float, atol: float) -> None:
        for name, tensor in zip(("W", "b"), self.tensors, strict=True):
            ours = getattr(self.module, name)
            assert ours.dtype == tensor.detach().numpy().dtype
            np.testing.assert_allclose(ours, tensor.detach().numpy(), rtol=rtol, atol=atol, err_msg=name)


def run(name: str, seed: int, options: dict[str, Any], dtype: type, rtol: float, atol: float) -> None:
    course = Course(seed, dtype)
    first, second = 10.0 ** course.rng.uniform(-4, -1, 2)
    ours, theirs = PAIRS[name]
    optimizer, reference = ours(course.module, lr=first, **options), theirs(course.tensors, lr=first, **options)
    for t in course.steps():
        optimizer.step()
        reference.step()
        if t == 33:
            optimizer.lr = reference.param_groups[0]["lr"] = second
        if t in (1, 34, 67, STEPS):
            course.compare(rtol, atol)


WITH_SEEDS = [
    (name, seed) for name in PAIRS for seed in (SEEDS if name in THOROUGH else SEEDS[: len(combinations(name)) // 2])
]


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """Have torch keep the numbers of its states, such as the product of NAdam's momentums, in float64."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("name", "seed"), WITH_SEEDS)
def test_equals_torch_in_float64(name: str, seed: int) -> None:
    """A seed takes two of the combinations of options, so that the seeds take each of them, or all several times."""
    every = combinations(name)
    for chosen in {2 * seed % len(every), (2 * seed + 1) % len(every)}:
        run(name, seed, every[chosen], np.float64, 1e-9, 1e-9)


@pytest.mark.parametrize(("name", "seed"), [each for each in WITH_SEEDS if each[1] < 32])
def test_equals_torch_in_float32_as_far_as_that_goes(name: str, seed: int) -> None:
    every = combinations(name)
    run(name, seed, every[seed % len(every)], np.float32, 2e-4, 2e-4)


@pytest.mark.parametrize("name", PAIRS)
def test_the_defaults_are_those_of_torch(name: str) -> None:
    ours, theirs = PAIRS[name]
    course = Course(0)
    optimizer, reference = ours(course.module), theirs(course.tensors)
    for hyperparameter in ("lr", *OPTIONS[name]):
        assert getattr(optimizer, hyperparameter) == reference.defaults[hyperparameter]
    for _ in course.steps():
        optimizer.step()
        reference.step()
    course.compare(1e-9, 1e-9)


GROUP_OPTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.02, "momentum": 0.5},
    "AdamW": {"lr": 0.02, "weight_decay": 0.0},
    "RMSprop": {"centered": True, "momentum": 0.9},
    "NAdam": {"betas": (0.5, 0.9)},
    "RAdam": {"lr": 0.02},
    "Rprop": {"etas": (0.2, 1.9)},
}


@pytest.mark.parametrize("name", GROUP_OPTIONS)
def test_groups_equal_those_of_torch_frozen_at_first(name: str) -> None:
    """The bias has options of its own, and is frozen for 20 steps: there it has no gradient for torch."""
    course = Course(3)
    ours, theirs = PAIRS[name]
    optimizer = ours(course.module, lr=0.01)
    optimizer.groups = [{"names": "b", **GROUP_OPTIONS[name], "frozen": True}]
    W, b = course.tensors
    reference = theirs([{"params": [W]}, {"params": [b], **GROUP_OPTIONS[name]}], lr=0.01)
    for t in course.steps():
        if t <= 20:
            b.grad = None
        optimizer.groups[0]["frozen"] = t <= 20
        if t == 50:
            optimizer.groups[0]["lr"] = reference.param_groups[1]["lr"] = 0.003
        optimizer.step()
        reference.step()
        if t in (1, 20, 21, 51, STEPS):
            course.compare(1e-9, 1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_sgd_momentum_equals_torch_while_the_learning_rate_is_constant(seed: int) -> None:
    """And what it accumulates is the learning rate times torch's momentum buffer."""
    course, state = Course(seed), {}
    lr, momentum = 10.0 ** course.rng.uniform(-4, -1), course.rng.uniform(0.01, 0.99)
    reference = torch.optim.SGD(course.tensors, lr=lr, momentum=momentum)
    config = {"learning_rate": lr, "momentum": momentum}
    for _ in course.steps():
        sgd_momentum([course.module.getParameters()], [course.module.getGradParameters()], config, state)
        reference.step()
    course.compare(1e-9, 1e-9)
    for index, tensor in enumerate(course.tensors):
        buffer = reference.state[tensor]["momentum_buffer"].numpy()
        np.testing.assert_allclose(state["accumulated_grads"][index], lr * buffer, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_adam_optimizer_equals_torch_with_epsilon_corrected(seed: int) -> None:
    """In step t, torch's ``eps`` is ``epsilon / sqrt(1 - beta2**t)``; the learning rate may change."""
    course, state = Course(seed), {}
    epsilon, beta1, beta2 = 10.0 ** course.rng.uniform(-8, -1), *course.rng.uniform(0, 0.999, 2)
    reference = torch.optim.Adam(course.tensors, betas=(beta1, beta2))
    for t in course.steps():
        lr = 0.01 / t
        config = {"learning_rate": lr, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        adam_optimizer([course.module.getParameters()], [course.module.getGradParameters()], config, state)
        reference.param_groups[0].update(lr=lr, eps=epsilon / (1 - beta2**t) ** 0.5)
        reference.step()
    assert state["t"] == STEPS
    course.compare(1e-9, 1e-9)
    for index, tensor in enumerate(course.tensors):
        kept = reference.state[tensor]
        np.testing.assert_allclose(state["m"][index], kept["exp_avg"].numpy(), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(state["v"][index], kept["exp_avg_sq"].numpy(), rtol=1e-9, atol=1e-9)


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def ill_conditioned(x: Any) -> Any:
    return sum(10.0 ** (i - 2) * (x[i] - i) ** 2 for i in range(len(x)))


def wavy(x: Any) -> Any:
    return (x**2).sum() / 10 + ((3 * x) ** 2 / (1 + x**2)).sum()


WOLFE: dict[str, Any] = {"line_search_fn": "strong_wolfe"}


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (rosenbrock, {"lr": 1e-3}),
        (rosenbrock, WOLFE),
        (rosenbrock, {**WOLFE, "max_iter": 4, "history_size": 5}),
        (rosenbrock, {**WOLFE, "max_iter": 1, "tolerance_change": 1e-4}),
        (ill_conditioned, {**WOLFE, "max_iter": 7, "max_eval": 8, "tolerance_grad": 1e-3}),
        (ill_conditioned, {**WOLFE, "lr": 30.0, "history_size": 4}),
        (wavy, {**WOLFE, "lr": 0.5}),
    ],
)
def test_lbfgs_equals_torch(function: Any, options: dict[str, Any]) -> None:
    """Each iterate, loss and number of evaluations, as far as both go; a difference in one bit would soon show."""
    rng = np.random.default_rng(7)
    module = Parameters(rng.normal(size=(2, 2)), rng.normal(size=2))
    tensors = [torch.tensor(array, requires_grad=True) for array in (module.W, module.b)]
    optimizer, reference = LBFGS(module, **options), torch.optim.LBFGS(tensors, **options)

    def theirs() -> Any:
        reference.zero_grad()
        loss = function(torch.cat([tensor.ravel() for tensor in tensors]))
        loss.backward()
        return loss

    def ours() -> float:
        x = torch.tensor(np.concatenate([module.W.ravel(), module.b]), requires_grad=True)
        loss = function(x)
        loss.backward()
        module.flattenParameters()[1][:] = x.grad.numpy()
        return float(loss.detach())

    for step in range(100 // options.get("max_iter", 20)):
        losses = optimizer.step(ours), float(reference.step(theirs).detach())
        np.testing.assert_allclose(*losses, rtol=1e-9, atol=1e-9, err_msg=f"step {step}")
        for array, tensor in zip((module.W, module.b), tensors, strict=True):
            np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=1e-9, atol=1e-9, err_msg=f"step {step}")
        state = reference.state[tensors[0]]
        assert (optimizer.evaluations, optimizer.iterations) == (state["func_evals"], state["n_iter"])


def test_an_average_of_weights_equals_that_of_torch() -> None:
    """``AveragedModel`` with ``get_ema_multi_avg_fn``, over 100 steps."""
    course = Course(0)
    theirs = torch.nn.ParameterList(course.tensors)
    reference = AveragedModel(theirs, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    average = ExponentialMovingAverage(course.module, 0.9)
    optimizer = SGD(course.module, lr=0.1)
    for _ in course.steps():
        optimizer.step()
        average.update()
        for tensor, array in zip(theirs, course.module.getParameters(), strict=True):
            tensor.data.copy_(torch.from_numpy(array))
        reference.update_parameters(theirs)
    with average.applied():
        for ours, tensor in zip(course.module.getParameters(), reference.module.parameters(), strict=True):
            np.testing.assert_allclose(ours, tensor.detach().numpy(), rtol=1e-9)
