from __future__ import annotations

import os
from pathlib import Path

import pytest

from minnet_train.many_runs import find_runs, is_run


def found(folder, **options):
    return [os.fspath(path) for path in find_runs(folder, **options).paths]


def test_runs_are_found_in_the_natural_order_of_their_names(copy):
    for number in (10, 2, 1):
        copy(f"runs/small-{number}")
    assert found("runs") == ["runs/small-1", "runs/small-2", "runs/small-10"]


def test_folds_and_trials_are_found_and_so_is_what_the_folder_itself_is(copy):
    copy("runs/cv/fold-1")
    copy("runs/sweep/trials/7/fold-2")
    assert found("runs") == ["runs/cv/fold-1", "runs/sweep/trials/7/fold-2"]
    assert found("runs/cv/fold-1") == ["runs/cv/fold-1"]


def test_the_depth_has_a_limit(copy):
    copy("1/2/3/4/5")
    assert found("1") == ["1/2/3/4/5"]
    assert found(".") == []
    assert found("1", deepest=3) == []


def test_links_are_not_followed_nor_hidden_folders_looked_into(copy):
    copy("runs/a")
    copy(".hidden/b")
    Path("runs/latest").symlink_to("a")
    Path("runs/circle").symlink_to(".")
    copy("runs/.trash/c")
    assert found("runs") == ["runs/a"]
    Path("link").symlink_to("runs")
    assert found("link") == ["link/a"], "a folder that is named may be reached by a link"


def test_what_is_no_run_is_not_found(copy, tmp_path):
    Path("other").mkdir()
    Path("other/config.json").write_text("{}")
    Path("other/model.safetensors").touch()
    Path("file").touch()
    assert found(".") == found("nothing") == []
    assert not is_run("other")
    assert not is_run("file")


def test_what_a_kill_left_of_a_beginning_is_a_run(copy):
    (copy("runs/a") / "config.json").unlink()
    assert is_run("runs/a")
    assert found("runs") == ["runs/a"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may look into everything")
def test_a_folder_that_may_not_be_looked_into_is_told(copy):
    copy("runs/a")
    copy("runs/secret/b")
    Path("runs/secret").chmod(0)
    try:
        runs = find_runs("runs")
    finally:
        Path("runs/secret").chmod(0o700)
    assert runs.paths == (Path("runs/a"),)
    assert runs.unreadable == ("runs/secret: expected a folder that can be looked into: Permission denied",)
