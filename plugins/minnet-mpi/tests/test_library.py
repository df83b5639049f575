"""What is said where MPI is not as it must be, and that nothing of it is loaded where it is not needed."""

from __future__ import annotations

import json
import re

import pytest

from minnet_test_support.processes import run_python

LOAD = """\
import sys
from minnet_core import MinnetError
from minnet_mpi import world
{before}
try:
    world()
except MinnetError as error:
    print(error)
"""

MISSING = "/nowhere/libmpi.so"


@pytest.mark.parametrize(
    ("variables", "begun"),
    [
        ({"PMI_RANK": "0", "PMI_SIZE": "4"}, "4 processes were started to train together (PMI_SIZE)"),
        ({"PALS_RANKID": "0"}, "processes were started to train together (PALS_RANKID)"),
        ({"MINNET_MPI": "1"}, "MINNET_MPI asks for MPI"),
    ],
)
def test_without_a_library_the_error_names_what_to_install(variables, begun):
    done = run_python(LOAD.format(before=""), MPI4PY_LIBMPI=MISSING, **variables)
    assert done.stdout == (
        f"{begun}, but no library of MPI can be loaded: pip install minnet-mpi[mpich], or load the module of your "
        "cluster; or MINNET_MPI=0 to have each train by itself; cannot load MPI library\n"
    ), done.stderr


def test_without_mpi4py_likewise():
    done = run_python(LOAD.format(before="sys.modules['mpi4py'] = None"), PMI_SIZE="2")
    assert done.stdout.startswith(
        "2 processes were started to train together (PMI_SIZE), but no library of MPI can be "
    )
    assert "pip install minnet-mpi[mpich]" in done.stdout


def test_on_windows_it_names_what_there_is_for_windows():
    done = run_python(LOAD.format(before="sys.platform = 'win32'"), MPI4PY_LIBMPI=MISSING, PMI_SIZE="2")
    assert "no library of MPI can be loaded: Microsoft MPI from Microsoft, or pip install impi-rt;" in done.stdout
    assert "mpich" not in done.stdout


def test_the_mpiexec_of_another_mpi_is_found_out():
    """Each process would be rank 0 of 1, and all would write the same files."""
    done = run_python(LOAD.format(before=""), OMPI_COMM_WORLD_SIZE="4")
    assert re.fullmatch(
        r"4 processes were started to train together \(OMPI_COMM_WORLD_SIZE\), but the library of MPI that was loaded, "
        r"MPICH Version: .*, sees 1: mpiexec and the library must belong to the same MPI; call the mpiexec that came "
        r"with it, or have mpi4py load the other one: MPI4PY_LIBMPI=/path/of/libmpi.so\n",
        done.stdout,
    ), done.stdout + done.stderr


def test_a_single_process_of_mpiexec_is_alone_without_mpi(mpi):
    code = "import sys; from minnet_mpi import world; print(world(), 'mpi4py' in sys.modules)"
    assert mpi.python(1, code).output == "Alone(rank=0, size=1) False\n"


def test_the_switch_has_a_process_use_mpi_that_nobody_has_started():
    assert run_python("from minnet_mpi import world; print(world())", MINNET_MPI="1").stdout == "<MpiRanks 0 of 1>\n"


TRAIN = """\
import json, sys
from minnet_core.cli.main import main
main(["train", "--no-run", "--epochs", "1", "-o", "model.safetensors"], standalone_mode=False)
import minnet_core.plugins
assert any(each.distribution == "minnet-mpi" for each in minnet_core.plugins.plugin_host().loaded)
print()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("variables", [{}, {"PMI_SIZE": "4", "MINNET_MPI": "0"}])
def test_a_training_that_is_alone_imports_nothing_of_mpi(tmp_path, variables):
    done = run_python(TRAIN, cwd=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stdout.splitlines()[-1])
    assert "minnet_train.training.trainer" in modules
    assert "minnet_mpi.plugin" in modules
    assert not [name for name in modules if name.startswith("mpi4py")]
    assert not {"minnet_mpi.library", "minnet_mpi.mpi_ranks", "minnet_mpi.leaving"} & set(modules)


def test_the_plugin_is_loaded_without_numpy():
    done = run_python("import sys, minnet_mpi.plugin; print('numpy' in sys.modules)")
    assert done.stdout == "False\n", done.stderr
