"""Criterions that are made of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .multi_criterion import MultiCriterion as MultiCriterion
    from .parallel_criterion import ParallelCriterion as ParallelCriterion
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "multi_criterion": "MultiCriterion",
            "parallel_criterion": "ParallelCriterion",
        },
    )
