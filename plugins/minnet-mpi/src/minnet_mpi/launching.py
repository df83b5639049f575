"""`launched`: whether this process was started as one of several that are to speak MPI with each other, and by what.

Asked of environment variables alone: on a machine without MPI nothing of it is imported.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from minnet_core.support import printable
from minnet_train.errors import RanksError

SWITCH = "MINNET_MPI"
"""0: never, as if nothing had been started by mpiexec; 1: always; unset: as the other variables tell."""


@frozen
class Launched:
    """What started this process.

    Attributes:
        by: the variable that told so.
        size: how many processes were started; None if no variable tells.
    """

    by: str
    size: int | None = None


_SIZES = {
    "OMPI_COMM_WORLD_SIZE": None,  # mpirun of Open MPI
    "MV2_COMM_WORLD_SIZE": None,  # mpirun_rsh of MVAPICH2
    "PMI_SIZE": None,  # mpiexec of MPICH (hydra), Intel MPI and Microsoft MPI; srun --mpi=pmi2; flux; aprun
    "PMIX_RANK": "SLURM_STEP_NUM_TASKS",  # srun --mpi=pmix, and prterun
    "PALS_RANKID": None,  # mpiexec of HPE Cray
}
"""Variable that a launcher sets -> the one that has the number of processes, if it is another."""


def launched(environment: Mapping[str, str]) -> Launched | None:
    """Say what started a process with these variables; None if it is alone.

    Raises:
        RanksError: if ``MINNET_MPI`` is none of 0 and 1; or srun started several that have no way to find each other,
            each of which would train alone and write where the others write.

    >>> launched({"PMI_RANK": "2", "PMI_SIZE": "4"})
    Launched(by='PMI_SIZE', size=4)
    >>> launched({"PMI_SIZE": "4", "MINNET_MPI": "0"})
    >>> launched({})
    """
    switch = environment.get(SWITCH, "")
    if switch not in ("", "0", "1"):
        raise RanksError(f"{SWITCH}: expected 0 for never, 1 for always, or nothing, received {printable(switch)!r}")
    if switch == "0":
        return None
    for by, size in _SIZES.items():
        if by in environment:
            return Launched(by, _number(environment.get(size or by)) if by.endswith("SIZE") or size else None)
    if switch == "1":
        return Launched(SWITCH)
    tasks = _number(environment.get("SLURM_STEP_NUM_TASKS"))
    if tasks is not None and tasks > 1:
        raise RanksError(
            f"srun started {tasks} processes that have no way to find each other: expected srun --mpi=pmi2 or "
            f"--mpi=pmix (srun --mpi=list tells which there are), or {SWITCH}=0 if each is to train by itself"
        )
    return None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
