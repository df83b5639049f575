"""The conformance kit for initializers: what kind they are, and what is proven of each."""

from minnet_core.testing import Check

from . import initializer_checks
from .initializer_checks import INITIALIZER

CHECKS = tuple(value for value in vars(initializer_checks).values() if isinstance(value, Check))
"""The checks of this distribution: cheap ones first."""

__all__ = ["CHECKS", "INITIALIZER"]
