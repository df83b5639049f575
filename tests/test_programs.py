"""The benchmark of whole programs, with one epoch of a small table."""

import ast

import pytest
from benchmarks import programs  # which conftest.py makes importable
from benchmarks.table_files import write


def test_minnet_trains_the_experiment_that_is_written_and_tells_its_score(tmp_path):
    spec = {**programs.TABLE, "epochs": 1, "batch": 16}
    write(tmp_path / "rows.csv", 200, 10)
    programs.write_experiment(tmp_path, spec, 'source = "rows.csv"\nstandardize = true\nstandardize_targets = true')
    found = programs.run("table", "minnet", tmp_path, spec)
    assert found.seconds > 0
    assert found.memory > 1e6
    assert found.score < 1


def test_a_program_that_fails_is_no_result(tmp_path):
    with pytest.raises(SystemExit, match="minnet on digits: exit code [12]"):
        programs.run("digits", "minnet", tmp_path, programs.DIGITS)


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_every_program_is_python(name):
    ast.parse(programs.PROGRAMS[name][0])
