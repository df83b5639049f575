"""`load_mpi`: the library of MPI on this machine, through mpi4py, imported in one place."""

from __future__ import annotations

import sys
from types import ModuleType

from minnet_core.support import printable
from minnet_train.errors import RanksError

from .launching import SWITCH, Launched


def load_mpi(launched: Launched) -> ModuleType:
    """Import `mpi4py.MPI`, which initializes MPI.

    Raises:
        RanksError: if there is no library of MPI, or it does not see the processes that were started.
    """
    try:
        from mpi4py import MPI  # here, as a process that is alone does without
    except (ImportError, RuntimeError, OSError) as error:  # mpi4py raises RuntimeError where it finds no library
        raise RanksError(f"{_started(launched)}, but {_missing(sys.platform)}; {_reason(error)}") from error
    size = MPI.COMM_WORLD.size
    if launched.size not in (None, size):
        library = MPI.Get_library_version().split("\n")[0].rstrip("\0, ")
        raise RanksError(
            f"{_started(launched)}, but the library of MPI that was loaded, {printable(library, 100)}, sees {size}: "
            "mpiexec and the library must belong to the same MPI; call the mpiexec that came with it, or have mpi4py "
            "load the other one: MPI4PY_LIBMPI=/path/of/libmpi.so"
        )
    return MPI


def _started(launched: Launched) -> str:
    if launched.by == SWITCH:
        return f"{SWITCH} asks for MPI"
    size = "processes" if launched.size is None else f"{launched.size} processes"
    return f"{size} were started to train together ({launched.by})"


def _missing(platform: str) -> str:
    """Say what to install."""
    if platform == "win32":
        install = "Microsoft MPI from Microsoft, or pip install impi-rt"
    else:
        install = "pip install minnet-mpi[mpich], or load the module of your cluster"
    return f"no library of MPI can be loaded: {install}; or {SWITCH}=0 to have each train by itself"


def _reason(error: BaseException) -> str:
    """The first line of an error, which goes on with all the places that were searched."""
    return printable(str(error).split("\n")[0], 200)
