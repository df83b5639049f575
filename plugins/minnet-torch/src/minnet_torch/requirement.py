"""One sentence where PyTorch is missing."""

from __future__ import annotations

from importlib.util import find_spec

from minnet_core import MinnetError


class MissingTorchError(MinnetError, ImportError):
    """PyTorch is not installed."""


def expect_torch() -> None:
    """Raise if PyTorch is not installed; it is not imported.

    Raises:
        MissingTorchError: if it is not.
    """
    if find_spec("torch") is None:
        raise MissingTorchError(
            "minnet-torch needs PyTorch, which is not installed here: pip install torch"
            " (for the processor alone, --index-url https://download.pytorch.org/whl/cpu)"
        )
