"""PyTorch's optimizers, each in every implementation that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import signature
from typing import Any

import torch

from ..fastest import fastest
from ..job import Job
from ..workload import Spec
from .dispatch import lookup
from .torch_own_optimizers import LAMB, Lion

_NAMES = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "LBFGS", "NAdam", "RAdam", "Rprop")
CLASSES = {**{name: getattr(torch.optim, name) for name in _NAMES}, "LAMB": LAMB, "Lion": Lion}

OPTIONS: Mapping[str, Mapping[str, bool]] = {
    "for-loop": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}

Make = Callable[[Iterable[torch.Tensor]], torch.optim.Optimizer]


_CHOSEN: dict[str, str] = {}
"""Workload -> option: the one that is proven is the one that is timed."""


def with_fastest(workload: str, spec: Spec, job: Callable[[Make], Job]) -> Job:
    """Make the job of a workload with the implementation that is the fastest in it; its note says which, of several."""
    cls = lookup(CLASSES, spec.name)
    make = partial(cls, **spec.arguments)
    options = OPTIONS if "foreach" in signature(cls).parameters else {"only": {}}
    ways: dict[str, Any] = {name: partial(job, partial(make, **option)) for name, option in options.items()}
    if workload not in _CHOSEN:
        _CHOSEN[workload] = fastest(ways)
    chosen: Job = ways[_CHOSEN[workload]]()
    chosen.note = _CHOSEN[workload] if len(ways) > 1 else ""
    return chosen
