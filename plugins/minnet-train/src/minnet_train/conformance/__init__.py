"""The conformance kit for sources, augmentations, metrics and schedules: their kinds, and what is proven of each."""

from minnet_core.testing import Check

from . import augmentation_checks, metric_checks, schedule_checks, source_checks
from .kinds import AUGMENTATION, KINDS, METRIC, SCHEDULE, SOURCE

CHECKS = tuple(
    value
    for module in (source_checks, augmentation_checks, metric_checks, schedule_checks)
    for value in vars(module).values()
    if isinstance(value, Check)
)
"""The checks of this distribution: cheap ones first, of each kind."""

__all__ = ["AUGMENTATION", "CHECKS", "KINDS", "METRIC", "SCHEDULE", "SOURCE"]
