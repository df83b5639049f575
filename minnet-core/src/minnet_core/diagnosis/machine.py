"""What computes here: the processor, the library that multiplies matrices, its threads, and what executes steps."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..compilation import NumpyExecutor, executor_named, find_executor, installed_executors
from ..errors import MinnetError
from ..support import blas, blas_library, processor


def machine() -> Iterator[tuple[str, str]]:
    """Yield what decides how fast it is here, each with its name, for ``minnet doctor``."""
    yield "processor", f"{processor()}, {os.cpu_count()} logical cores"
    library = blas_library()
    threads = "" if library is None else f", {library['num_threads']} threads (one is best for small networks)"
    yield "matrix products", f"{blas() or 'of NumPy'}{threads}"
    if library is not None and (hint := kernels_hint(processor(), library, os.environ)):
        yield "other kernels", hint
    chosen = find_executor("auto")
    yield "compiled steps", f"executed by {chosen!r}"
    for name in installed_executors():
        with suppress(MinnetError):  # what is broken is among the findings
            found = executor_named(name)
            yield f"executor {name}", found if isinstance(found, str) else getattr(found, "description", "works")
    if isinstance(chosen, NumpyExecutor) and "fast" not in installed_executors():
        yield "executor fast", "executes them in C: pip install minnet-fast"


def kernels_hint(processor: str, library: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Say how other kernels of OpenBLAS can be tried, where they were faster: its choice for AMD's Zen 4 and 5.

    Products took 0.9 of the time there, measured on one of them.

    >>> kernels_hint("AMD EPYC 9554", {"internal_api": "openblas", "architecture": "SkylakeX"}, {})
    'OpenBLAS uses the kernels of another processor; try OPENBLAS_CORETYPE=Zen, set before Python starts'
    """
    is_other = (
        library["internal_api"] == "openblas" and library.get("architecture") == "SkylakeX" and "AMD" in processor
    )
    if not is_other or "OPENBLAS_CORETYPE" in environment:
        return ""
    return "OpenBLAS uses the kernels of another processor; try OPENBLAS_CORETYPE=Zen, set before Python starts"
