"""What each launcher sets, and what that means."""

from __future__ import annotations

import pytest

from minnet_core import MinnetError
from minnet_mpi import Launched, launched

# As the launchers set them, those left out that say nothing about how many there are.
SET = {
    "mpiexec of MPICH": ({"PMI_RANK": "1", "PMI_SIZE": "4", "PMI_FD": "9", "MPI_LOCALRANKID": "1"}, "PMI_SIZE", 4),
    "mpirun of Open MPI": (
        {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "1"},
        "OMPI_COMM_WORLD_SIZE",
        4,
    ),
    "mpiexec of Microsoft MPI": ({"PMI_RANK": "0", "PMI_SIZE": "2", "PMI_HOST": "pc"}, "PMI_SIZE", 2),
    "srun --mpi=pmi2": (
        {"PMI_RANK": "3", "PMI_SIZE": "8", "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "8"},
        "PMI_SIZE",
        8,
    ),
    "srun --mpi=pmix": (
        {"PMIX_RANK": "3", "SLURM_PROCID": "3", "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "8"},
        "PMIX_RANK",
        8,
    ),
    "prterun": ({"PMIX_RANK": "0", "PMIX_NAMESPACE": "prterun-pc@1"}, "PMIX_RANK", None),
    "mpiexec of Cray": ({"PALS_RANKID": "0"}, "PALS_RANKID", None),
    "mpirun_rsh of MVAPICH2": ({"MV2_COMM_WORLD_RANK": "0", "MV2_COMM_WORLD_SIZE": "2"}, "MV2_COMM_WORLD_SIZE", 2),
}


@pytest.mark.parametrize("launcher", SET)
def test_what_a_launcher_sets_tells_that_there_are_others(launcher):
    environment, by, size = SET[launcher]
    assert launched({"PATH": "/bin", **environment}) == Launched(by, size)
    assert launched({**environment, "MINNET_MPI": "0"}) is None
    assert launched({**environment, "MINNET_MPI": "1"}) == Launched(by, size)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "8"},  # the script of sbatch: one process
        {"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"},
        {"PMI_VERSION": "2", "OMPI_MCA_btl": "tcp", "MPICH_VERSION": "5"},  # settings of whoever uses MPI elsewhere
    ],
)
def test_a_process_that_nobody_has_started_with_others_is_alone(environment):
    assert launched(environment) is None
    assert launched({**environment, "MINNET_MPI": "1"}) == Launched("MINNET_MPI")


def test_processes_of_srun_that_cannot_find_each_other_are_refused():
    environment = {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"}
    with pytest.raises(MinnetError) as raised:
        launched(environment)
    assert str(raised.value) == (
        "srun started 4 processes that have no way to find each other: expected srun --mpi=pmi2 or --mpi=pmix "
        "(srun --mpi=list tells which there are), or MINNET_MPI=0 if each is to train by itself"
    )
    assert launched({**environment, "MINNET_MPI": "0"}) is None


def test_a_switch_that_is_neither_is_told():
    with pytest.raises(MinnetError) as raised:
        launched({"MINNET_MPI": "yes\x1b[2J"})
    assert str(raised.value) == r"MINNET_MPI: expected 0 for never, 1 for always, or nothing, received 'yes\\x1b[2J'"
