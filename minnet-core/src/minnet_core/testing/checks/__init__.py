"""The checks themselves, one family to a file, and the catalogue of them all."""

from .catalogue import OWN_CHECKS, all_checks, checks_by_name, checks_for, named_check, unknown_check
from .copies import through_pickle
from .extents import growths
from .floating_point import inaccuracy

__all__ = [
    "OWN_CHECKS",
    "all_checks",
    "checks_by_name",
    "checks_for",
    "growths",
    "inaccuracy",
    "named_check",
    "through_pickle",
    "unknown_check",
]
