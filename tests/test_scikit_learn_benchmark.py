"""The benchmark beside scikit-learn: what it runs, and what it tells."""

import ast

import pytest
from benchmarks.scikit_learn import CLASSIFICATIONS, PEERS, PROGRAM, TASKS, Cell, run, table  # of conftest.py


def test_its_program_is_python_and_knows_the_classifications():
    ast.parse(PROGRAM)
    assert repr(CLASSIFICATIONS) in PROGRAM.replace('"', "'")
    assert TASKS.keys() >= set(CLASSIFICATIONS)


def test_a_line_has_the_median_time_and_the_mean_score_of_a_peer():
    cells = [
        Cell("digits", peer, seed, 2.0, seconds, seconds / 2, score, 10)
        for peer in ("minnet", "mlp")
        for seed, (seconds, score) in enumerate([(0.1, 0.9), (0.3, 0.8), (9.0, 0.7)])
    ]
    _, first, second = table(cells).splitlines()
    assert first.split() == ["digits", "minnet", "300", "150", "2000", "0.8000", "10"]
    assert PEERS["mlp"] in second


def test_a_program_that_fails_is_no_result(capfd):
    with pytest.raises(SystemExit, match="minnet on digits: exit code 1"):
        run("digits", "minnet", 0, {})
    assert "Error" in capfd.readouterr().err
