from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np
from attrs import evolve

from minnet_train.runs.environment import Environment


def test_every_distribution_is_there_with_its_version():
    here = Environment.here()
    assert here.python == platform.python_version()
    assert here.system == platform.platform()
    assert here.processor
    assert here.distributions["numpy"] == np.__version__
    assert here.distributions["attrs"] == version("attrs")
    assert {"minnet-core", "minnet-layers", "minnet-optimizers", "minnet-train", "numpy"} <= set(here.deciding)
    assert "attrs" not in here.deciding


def test_distributions_that_cannot_be_read_are_left_out(tmp_path, monkeypatch):
    expected = Environment.here()
    for number, metadata in enumerate((b"\xff", b"", b"Version: 3", b"Name: nameless")):
        folder = tmp_path / f"broken{number}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_bytes(metadata)
    (tmp_path / "absent-1.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert Environment.here() == expected


def test_it_is_json_and_comes_back():
    here = Environment.here()
    assert Environment.from_json(json.loads(json.dumps(here.to_json()))) == here


def test_what_a_later_version_writes_is_read():
    assert Environment.from_json({"python": "3.99", "step": 4, "moon": "full"}).python == "3.99"


def test_the_same_differs_in_nothing():
    assert Environment.here().differences(Environment.here()) == []


def test_what_decides_numbers_is_told():
    before = Environment(
        python="3.11",
        processor="Good",
        threads={"OMP_NUM_THREADS": "1"},
        distributions={"numpy": "1.0"},
        deciding=["numpy"],
    )
    now = Environment(
        python="3.12",
        processor="Better",
        distributions={"numpy": "2.0", "minnet-swish": "0.1.0"},
        deciding=["minnet-swish"],
    )
    assert before.differences(now) == [
        "Python was 3.11, is 3.12",
        "the processor was Good, is Better",
        "OMP_NUM_THREADS was 1, is not set",
        "minnet-swish was not installed, is 0.1.0",
        "numpy was 1.0, is 2.0",
    ]


def test_what_decides_no_number_is_not_told():
    here = Environment.here()
    assert here.differences(evolve(here, system="Linux 99")) == []
    assert here.differences(evolve(here, distributions={**here.distributions, "attrs": "0"})) == []


def test_the_number_of_threads_is_read(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    assert Environment.here().threads["OPENBLAS_NUM_THREADS"] == "7"
