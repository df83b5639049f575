"""Schedules against ``torch.optim.lr_scheduler``: the rate of every step or epoch, and of one that is jumped to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from minnet_optimizers import CosineDecay, OneCycle, ReduceOnPlateau, StepDecay, WarmUp

SEEDS = range(50)


def rates_of_torch(lr: float, make: Callable[[Any], Any], values: list[float] | int) -> list[float]:
    """The rates of a scheduler of torch, which is shown values, or told how many steps there are."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    rates = []
    for arguments in [()] * values if isinstance(values, int) else [(value,) for value in values]:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*arguments)
    return rates


def compare(schedule: Any, lr: float, length: int, make: Callable[[Any], Any]) -> None:
    expected = rates_of_torch(lr, make, length)
    found = [schedule.lr_at(time, lr, length) for time in range(length)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("seed", SEEDS)
def test_step_decay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    every, gamma, lr = int(rng.integers(1, 9)), rng.uniform(0.1, 1.2), 10.0 ** rng.uniform(-4, 0)
    compare(StepDecay(every, gamma), lr, 40, lambda optimizer: lr_scheduler.StepLR(optimizer, every, gamma))


@pytest.mark.parametrize("seed", SEEDS)
def test_cosine_decay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    length, lr = int(rng.integers(1, 60)), 10.0 ** rng.uniform(-4, 0)
    min_lr = lr * rng.uniform(0, 0.5) * (seed % 2)
    compare(
        CosineDecay(length, min_lr),
        lr,
        length,
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, length, min_lr),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_warm_up(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps, factor, lr = int(rng.integers(1, 20)), rng.uniform(0.01, 1), 10.0 ** rng.uniform(-4, 0)
    compare(
        WarmUp(steps, start_factor=factor), lr, 40, lambda optimizer: lr_scheduler.LinearLR(optimizer, factor, 1, steps)
    )


@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")  # torch's own use of it
@pytest.mark.parametrize("seed", SEEDS)
def test_warm_up_and_then_a_cosine(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps, length, lr = int(rng.integers(1, 20)), int(rng.integers(25, 60)), 10.0 ** rng.uniform(-4, 0)

    def make(optimizer: Any) -> Any:
        parts = [lr_scheduler.LinearLR(optimizer, total_iters=steps)]
        parts.append(lr_scheduler.CosineAnnealingLR(optimizer, length - steps))
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=[steps])

    compare(WarmUp(steps, CosineDecay()), lr, length, make)


@pytest.mark.parametrize("anneal", ["cos", "linear"])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_cycle(seed: int, anneal: str) -> None:
    rng = np.random.default_rng(seed)
    length, lr, pct_start = int(rng.integers(5, 60)), 10.0 ** rng.uniform(-4, 0), rng.uniform(0.25, 0.95)
    div_factor, final_div_factor = rng.uniform(2, 30), 10.0 ** rng.uniform(1, 5)
    compare(
        OneCycle(None, pct_start, anneal, div_factor, final_div_factor),
        lr,
        length,
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer,
            lr,
            length,
            pct_start=pct_start,
            anneal_strategy=anneal,
            cycle_momentum=False,
            div_factor=div_factor,
            final_div_factor=final_div_factor,
        ),
    )


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize("seed", SEEDS)
def test_reduce_on_plateau(seed: int, threshold_mode: str, mode: str) -> None:
    rng = np.random.default_rng(seed)
    lr = 10.0 ** rng.uniform(-4, 0)
    options = {
        "mode": mode,
        "factor": rng.uniform(0.1, 0.9),
        "patience": int(rng.integers(0, 4)),
        "threshold": 10.0 ** rng.uniform(-4, -1),
        "threshold_mode": threshold_mode,
        "cooldown": int(rng.integers(0, 3)),
        "min_lr": lr * rng.uniform(0, 0.1) * (seed % 2),
    }
    values = np.abs(np.cumsum(rng.normal(-0.02 if mode == "min" else 0.02, 0.3, 80)) + 3).tolist()
    schedule = ReduceOnPlateau("loss", **options)
    found = []
    for epoch, value in enumerate(values):
        found.append(schedule.lr_at(epoch, lr, len(values)))
        schedule.epoch_end({"loss": value}, found[-1])
    expected = rates_of_torch(lr, lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, **options), values)
    assert found[-1] < lr
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs", "names"),
    [
        (StepDecay, lr_scheduler.StepLR, {"gamma": "gamma"}),
        (CosineDecay, lr_scheduler.CosineAnnealingLR, {"min_lr": "eta_min"}),
        (WarmUp, lr_scheduler.LinearLR, {"start_factor": "start_factor"}),
        (
            OneCycle,
            lr_scheduler.OneCycleLR,
            {"pct_start": "pct_start", "div_factor": "div_factor", "final_div_factor": "final_div_factor"},
        ),
        (
            ReduceOnPlateau,
            lr_scheduler.ReduceLROnPlateau,
            {name: name for name in ("factor", "patience", "threshold", "threshold_mode", "cooldown", "eps")},
        ),
    ],
)
def test_the_defaults_are_those_of_torch(ours: type, theirs: type, names: dict[str, str]) -> None:
    mine, its = inspect.signature(ours).parameters, inspect.signature(theirs.__init__).parameters
    assert {name: mine[name].default for name in names} == {name: its[their].default for name, their in names.items()}


def test_a_loss_is_waited_for_as_torch_does_by_default() -> None:
    its = inspect.signature(lr_scheduler.ReduceLROnPlateau.__init__).parameters["mode"].default
    assert ReduceOnPlateau().mode == its  # only of metrics that are better when larger it is the other one
