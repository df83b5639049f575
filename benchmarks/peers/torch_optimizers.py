"""PyTorch's optimizers, each in every implementation that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch

from ..fastest import fastest
from ..job import Job
from ..workload import Spec
from .dispatch import lookup

CLASSES = {name: getattr(torch.optim, name) for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")}

OPTIONS: Mapping[str, Mapping[str, bool]] = {
    "for-loop": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}

Make = Callable[[Iterable[torch.Tensor]], torch.optim.Optimizer]


_CHOSEN: dict[str, str] = {}
"""Workload -> option: the one that is proven is the one that is timed."""


def with_fastest(workload: str, spec: Spec, job: Callable[[Make], Job]) -> Job:
    """Make the job of a workload with the implementation that is the fastest in it; its note says which."""
    make = partial(lookup(CLASSES, spec.name), **spec.arguments)
    ways: dict[str, Any] = {name: partial(job, partial(make, **option)) for name, option in OPTIONS.items()}
    if workload not in _CHOSEN:
        _CHOSEN[workload] = fastest(ways)
    chosen: Job = ways[_CHOSEN[workload]]()
    chosen.note = _CHOSEN[workload]
    return chosen
