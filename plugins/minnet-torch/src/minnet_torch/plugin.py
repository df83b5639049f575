"""What this distribution adds to minnet: conformance checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_core.testing import Check


@hookimpl
def minnet_checks() -> list[Check]:
    """Contribute the checks of the family ``reference``; the one that runs first imports PyTorch."""
    from .checks import CHECKS

    return list(CHECKS)
