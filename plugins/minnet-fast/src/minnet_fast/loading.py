"""Which kernels compute: those of the C extension, if it was compiled, for the instruction set that is best here."""

from __future__ import annotations

import os
from types import ModuleType

from .blas import find_blas

VARIABLE = "MINNET_FAST"
"""The environment variable that chooses: ``v4``, ``v3``, ``baseline``, or ``0`` for NumPy; read at import."""

_INSTRUCTIONS = {"v4": "AVX-512 (v4)", "v3": "AVX2 (v3)", "baseline": "baseline instructions"}

_why_not = ""
"""Why there is no extension."""


def load(wanted: str | None) -> ModuleType | None:
    """Import the extension and set it up.

    Args:
        wanted: what the environment variable says; None or empty for the best.

    Returns:
        The extension; None if it was not compiled, or is switched off.

    Raises:
        ValueError: if ``wanted`` is none of the instruction sets that were compiled and this processor has.
    """
    global _why_not
    if wanted == "0":
        _why_not = f"switched off by {VARIABLE}=0"
        return None
    try:
        from . import kernels
    except ImportError as error:
        _why_not = (
            f"not compiled ({error}): install a C compiler, then "
            "pip install --force-reinstall --no-deps --no-cache-dir minnet-fast"
        )
        return None
    if wanted and wanted not in kernels.variants():
        choices = ", ".join([*kernels.variants(), "0"])
        raise ValueError(f"{VARIABLE}: expected one of {choices} on this processor, received {wanted!r}")
    kernels.use(wanted or kernels.variants()[0])
    addresses = find_blas()
    if addresses is not None:
        kernels.set_blas(*addresses)
    return kernels


def describe() -> str:
    """Say in one line what computes, or why it is NumPy.

    >>> describe().split(",")[0] in ("AVX-512 (v4)", "AVX2 (v3)", "baseline instructions") or extension is None
    True
    """
    if extension is None:
        return _why_not
    products = "BLAS by address" if extension.has_blas() else "products by NumPy"
    return f"{_INSTRUCTIONS[extension.used()]}, {products}"


extension: ModuleType | None = load(os.environ.get(VARIABLE))
"""The module `minnet_fast.kernels`, of which each function is an operation; None where NumPy computes."""


def computed() -> int:
    """How many operations were computed in C until now."""
    return 0 if extension is None else sum(extension.counts().values())
