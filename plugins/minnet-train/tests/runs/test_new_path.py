from __future__ import annotations

import os
from pathlib import Path

import pytest

from minnet_train.runs.directory import new_path


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_runs_are_numbered_by_experiment():
    assert [str(new_path(name)) for name in ("small.toml", "a/small.toml", "large.toml")] == [
        os.path.join("runs", name) for name in ("small-1", "small-2", "large-1")
    ]


def test_a_number_is_not_used_again_while_later_ones_are_there():
    for _ in range(11):
        new_path("small.toml")
    Path("runs/small-3").rmdir()
    assert new_path("small.toml").name == "small-12"


def test_other_names_do_not_count():
    for name in ("small-7b", "small", "smaller-9", "small-x"):
        Path("runs", name).mkdir(parents=True)
    assert new_path("small.toml").name == "small-1"


def test_the_folder_is_there_so_that_no_other_process_takes_it(monkeypatch):
    listdir = os.listdir
    new_path("small.toml")
    seen = iter([[], ["small-1"]])  # another process made it in between
    monkeypatch.setattr(os, "listdir", lambda path: next(seen))
    path = new_path("small.toml")
    assert path.name == "small-2"
    assert listdir(path) == []
