"""What this distribution adds to minnet: conformance checks, and ``minnet export model.safetensors model.onnx``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_core.testing import Check


@hookimpl
def minnet_checks() -> list[Check]:
    """Contribute the checks of the family ``onnx``."""
    from .checks import CHECKS  # here, for it imports onnx

    return list(CHECKS)
