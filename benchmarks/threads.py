"""How many threads a process computes with: said before anything is imported that reads it."""

from __future__ import annotations

import sys

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NPROC",  # of XLA, which otherwise takes a thread for each CPU
)


def thread_environment(threads: int) -> dict[str, str]:
    """Return the environment variables that hold every library to a number of threads.

    >>> thread_environment(2)["OMP_NUM_THREADS"]
    '2'
    """
    flags = f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()} intra_op_parallelism_threads={threads}"
    return {**dict.fromkeys(_VARIABLES, str(threads)), "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}


def limit_threads(threads: int) -> None:
    """Say it to those that are told by a call."""
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
