"""The processor, and the library that multiplies matrices."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@cache
def processor() -> str:
    """Name the processor; Python itself does not, on Linux."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@cache  # asking takes a millisecond, and every model that is saved is told
def blas() -> str:
    """Name the library that multiplies NumPy's matrices, and its kernels if threadpoolctl is there to tell them."""
    library = blas_library()
    if library is None:
        return _built_with()
    kernels = library.get("architecture")
    return f"{library['internal_api']} {library['version']}" + (f", {kernels}" if kernels else "")


def blas_library() -> Mapping[str, Any] | None:
    """What threadpoolctl knows of NumPy's library; None without it.

    SciPy brings another one, which multiplies nothing of NumPy; which of them comes first is up to the loader.
    """
    try:
        threadpoolctl = import_module("threadpoolctl")  # minnet-train brings it; the core does without
    except ImportError:
        return None
    found: list[Mapping[str, Any]] = threadpoolctl.threadpool_info()
    libraries = [each for each in found if each["user_api"] == "blas"]
    own = _numpys_folders()
    return next(
        (each for each in libraries if Path(each["filepath"]).parent.resolve() in own), next(iter(libraries), None)
    )


def _numpys_folders() -> set[Path]:
    """Return where the wheels of NumPy have their libraries, on Linux and Windows, and on macOS."""
    import numpy as np

    package = Path(np.__file__).parent.resolve()
    return {package.parent / "numpy.libs", package / ".dylibs"}


@cache
def _built_with() -> str:
    import numpy as np

    with suppress(Exception):  # a NumPy that somebody has built may not say
        config: Any = np.show_config(mode="dicts")
        library = config["Build Dependencies"]["blas"]
        return f"{library['name']} {library['version']}".strip()
    return ""
