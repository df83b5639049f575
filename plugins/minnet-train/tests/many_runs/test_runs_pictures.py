"""``minnet runs compare --output``: the curves of many runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minnet_train.many_runs import Usual


def test_curves_are_drawn_as_plot_draws_them(three, minnet):
    pytest.importorskip("matplotlib")
    result = minnet("runs", "compare", "a-1", "a-2", "-o", "curves.png", "--along", "step")
    assert result.output.endswith("The curves of 2 runs are in curves.png\n")
    minnet("plot", "runs/a-1", "runs/a-2", "-o", "same.png", "--along", "step")
    assert Path("curves.png").read_bytes() == Path("same.png").read_bytes()


def test_more_runs_than_a_table_can_hold_can_be_drawn(copy, minnet):
    pytest.importorskip("matplotlib")
    for number in range(51):
        copy(f"runs/{number}")
    refused = minnet("runs", "compare", "runs")
    assert refused.output == (
        "Error: expected at most 50 runs to compare in a table, received 51; see minnet runs list\n"
    )
    assert minnet("runs", "compare", "runs", "-o", "curves.svg").output == "The curves of 51 runs are in curves.svg\n"


def test_one_bad_run_hides_no_other_in_a_picture(three, copy, minnet):
    pytest.importorskip("matplotlib")
    (copy("runs/new") / "metrics.jsonl").unlink()
    (Path("runs/a-2") / "metrics.jsonl").write_text('{"loss": 1, "validation_loss": 1, "seconds": 1 x}\n' * 2)
    result = minnet("runs", "compare", "a-1", "a-2", "new", "a-10", "-o", "curves.png")
    assert result.exit_code == 0
    assert "warning: not drawn: runs/a-2/metrics.jsonl, line 1: expected the report of an epoch" in result.stderr
    assert "warning: not drawn: runs/new: expected a run directory with metrics.jsonl" in result.stderr
    assert result.stdout.endswith("The curves of 2 runs are in curves.png\n")
    assert minnet("runs", "compare", "a-2", "new", "-o", "none.png").stderr.endswith(
        "Error: expected runs with the report of at least one epoch, received none\n"
    )
    assert not Path("none.png").exists()


def test_json_of_a_comparison_is_json_alone_and_counts_values_once(three, minnet, monkeypatch):
    pytest.importorskip("matplotlib")
    counted, of = [], Usual.of
    monkeypatch.setattr(Usual, "of", lambda runs: counted.append(runs) or of(runs))
    result = minnet("runs", "compare", "runs", "--json", "-o", "curves.png")
    assert len(json.loads(result.stdout)) == 3
    assert result.stderr == "The curves of 3 runs are in curves.png\n"
    assert len(counted) == 1, "else a thousand runs take minutes"


def test_without_matplotlib_it_is_said_what_to_install(three, tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('no such library')")
    command = [sys.executable, "-m", "minnet_core", "runs", "compare", "a-1", "a-2", "-o", "curves.png"]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Error: minnet runs compare --output: expected matplotlib to be installed" in done.stderr
    assert "pip install 'minnet-train[plot]'" in done.stderr
