"""Where the BLAS is that NumPy has loaded: a library beside it, in the wheels of NumPy.

No public interface promises this, so everything works without it, as products are left to NumPy then.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path

import numpy as np

_FORMS = (("scipy_cblas_{}64_", True), ("cblas_{}64_", True), ("scipy_cblas_{}", False), ("cblas_{}", False))
"""How a build of OpenBLAS names its functions, and whether their integers have 64 bits."""


def find_blas() -> tuple[int, int, bool] | None:
    """Find the functions that multiply matrices of float32.

    Returns:
        The addresses of ``sgemm`` and ``sgemv``, and whether their integers have 64 bits; None if they are not found.
    """
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            with suppress(OSError):
                if found := _functions_of(ctypes.CDLL(str(path))):  # the one that NumPy has loaded already
                    return found
    return None


def _functions_of(library: ctypes.CDLL) -> tuple[int, int, bool] | None:
    for form, is_wide in _FORMS:
        with suppress(AttributeError):
            gemm, gemv = (ctypes.cast(library[form.format(name)], ctypes.c_void_p).value for name in ("sgemm", "sgemv"))
            if gemm and gemv:
                return gemm, gemv, is_wide
    return None
