"""Losses of numbers that are to be near others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .mse_criterion import MSECriterion as MSECriterion
else:
    __all__, __getattr__, __dir__ = lazy_exports(__name__, {"mse_criterion": "MSECriterion"})
