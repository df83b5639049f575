from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from minnet_core import Sequential, save
from minnet_train import CheckpointError
from minnet_train.runs import checkpoint_file as module
from minnet_train.runs.checkpoint_file import Checkpoint

STATE = {
    "model": {"0.W": np.arange(6, dtype=np.float32).reshape(2, 3), "mask": np.array([True, False])},
    "optimizer": {"t": 3, "state": [np.zeros((0, 2)), {"best": math.inf, "sum": math.nan}]},
    "generators": {"order": np.random.default_rng(5).bit_generator.state},
    "stopped": None,
}


def test_a_checkpoint_is_read_as_it_was_written(tmp_path):
    path = Checkpoint(STATE, 12, 0.25).write(tmp_path / "c.safetensors")
    read = Checkpoint.read(path)
    assert (read.step, read.metric) == (12, 0.25)
    assert read.state["model"]["0.W"].tobytes() == STATE["model"]["0.W"].tobytes()
    assert read.state["model"]["mask"].dtype == bool
    assert read.state["optimizer"]["state"][0].shape == (0, 2)
    assert repr(read.state["optimizer"]["state"][1]) == repr({"best": math.inf, "sum": math.nan})
    assert read.state["generators"] == STATE["generators"]
    assert read.state["stopped"] is None
    assert os.listdir(tmp_path) == ["c.safetensors"]


def test_a_generator_goes_on_where_it_was(tmp_path):
    generators = [np.random.Generator(kind(3)) for kind in (np.random.PCG64DXSM, np.random.MT19937, np.random.Philox)]
    for rng in generators:
        rng.standard_normal(7)
        Checkpoint({"rng": rng.bit_generator.state}, 1).write(tmp_path / "c.safetensors")
        again = type(rng.bit_generator)()
        again.state = Checkpoint.read(tmp_path / "c.safetensors").state["rng"]
        assert np.array_equal(np.random.Generator(again).random(5), rng.random(5))


def test_arrays_can_be_changed_after_reading(tmp_path):
    Checkpoint(STATE, 1).write(tmp_path / "c.safetensors")
    Checkpoint.read(tmp_path / "c.safetensors").state["model"]["0.W"][0] = 7


def test_the_same_state_gives_the_same_file(tmp_path):
    one, two = (Checkpoint(STATE, 1).write(tmp_path / name).read_bytes() for name in ("1", "2"))
    assert one == two


def test_there_is_no_pickle(tmp_path):
    with pytest.raises(CheckpointError, match="safetensors cannot hold these arrays: .*object"):
        Checkpoint({"a": np.array([object()])}, 1).write(tmp_path / "c.safetensors")
    with pytest.raises(CheckpointError, match="safetensors cannot hold these arrays: .*complex256|longdouble"):
        Checkpoint({"a": np.zeros(1, "<c32")}, 1).write(tmp_path / "c.safetensors")
    assert os.listdir(tmp_path) == []


def test_wherever_a_file_is_cut_the_damage_is_noticed(tmp_path):
    path = tmp_path / "c.safetensors"
    whole = Checkpoint(STATE, 1).write(path).read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="c.safetensors"):
            Checkpoint.read(path)


def test_whichever_byte_is_changed_the_damage_is_noticed(tmp_path):
    path = tmp_path / "c.safetensors"
    whole = Checkpoint({"W": np.arange(3.0), "t": 4}, 1).write(path).read_bytes()
    for index in range(len(whole)):
        path.write_bytes(whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :])
        try:
            read = Checkpoint.read(path)
        except CheckpointError:
            continue
        # What is left are blanks that end the header.
        assert (read.step, read.state["t"], read.state["W"].tolist()) == (1, 4, [0, 1, 2]), index


def test_a_file_of_another_program_is_refused(tmp_path):
    save_file({"W": np.zeros(1)}, tmp_path / "foreign.safetensors")
    save(Sequential(), tmp_path / "model.safetensors")
    for name in ("foreign", "model"):
        with pytest.raises(CheckpointError, match=f"{name}.safetensors: expected a checkpoint of minnet train"):
            Checkpoint.read(tmp_path / f"{name}.safetensors")


@pytest.mark.parametrize("text", ["", "3", "[]", "{", "{}", '{"format": "x"}', "[" * 100_000])
def test_a_header_of_another_form_is_damage(tmp_path, text):
    save_file({"W": np.zeros(1)}, tmp_path / "c.safetensors", metadata={module.KEY: text})
    with pytest.raises(CheckpointError, match="c.safetensors"):
        Checkpoint.read(tmp_path / "c.safetensors")


def test_a_header_that_lacks_what_it_must_have_is_damage(tmp_path):
    header = {"format": 1, "step": 3}
    header["digest"] = module._digest(header, {})
    save_file({}, tmp_path / "c.safetensors", metadata={module.KEY: json.dumps(header)})
    with pytest.raises(CheckpointError, match="c.safetensors: its header lacks 'state'"):
        Checkpoint.read(tmp_path / "c.safetensors")


@pytest.mark.parametrize(
    "forged",
    [
        {"step": 3.0},
        {"step": True},
        {"metric": "x"},
        {"run_id": ["x"]},
        {"state": []},
        {"scalars": 5},
        {"state": {"a": json.loads("[" * 900 + "]" * 900)}},
    ],
    ids=repr,
)
def test_a_header_with_other_values_and_the_right_digest_is_damage(tmp_path, forged):
    header = {"format": 2, "step": 3, "metric": None, "run_id": None, "state": {}, "scalars": [], **forged}
    header["digest"] = module._digest(header, {})
    save_file({}, tmp_path / "c.safetensors", metadata={module.KEY: module._to_json(header)})
    with pytest.raises(CheckpointError, match="c.safetensors: "):
        Checkpoint.read(tmp_path / "c.safetensors")


def test_a_metric_that_is_no_number_is_none(tmp_path):
    path = Checkpoint({}, 1, float("nan")).write(tmp_path / "c.safetensors")
    assert module.read_metric(path) is None


def test_a_later_format_says_what_to_install(tmp_path):
    save_file({}, tmp_path / "c.safetensors", metadata={module.KEY: '{"format": 99}'})
    with pytest.raises(CheckpointError, match="expected checkpoint format 2 or older, received 99; pip install -U"):
        Checkpoint.read(tmp_path / "c.safetensors")


def test_a_file_that_is_not_there_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        Checkpoint.read(tmp_path / "c.safetensors")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path, call):
    path = tmp_path / "c.safetensors"
    Checkpoint(STATE, 1).write(path)
    program = f"""
import os, signal
from minnet_train.runs.checkpoint_file import Checkpoint
os.{call} = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
Checkpoint({{"new": True}}, 2).write({str(path)!r})
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert Checkpoint.read(path).step == 1


@pytest.mark.parametrize(("dtype", "shape"), [("F32", [1] * 70), ("F8_E4M3", [4]), ("BF16", [2]), ("F32", [1] * 5000)])
def test_an_array_that_numpy_cannot_hold_is_an_error_of_ours_and_short(tmp_path, dtype, shape):
    header = {"w": {"dtype": dtype, "shape": shape, "data_offsets": [0, 4]}}
    header["__metadata__"] = {module.KEY: json.dumps({"format": 1})}
    text = json.dumps(header).encode()
    (tmp_path / "c").write_bytes(len(text).to_bytes(8, "little") + text + b"\0\0\0\0")
    with pytest.raises(CheckpointError, match="c: ") as caught:
        Checkpoint.read(tmp_path / "c")
    assert len(str(caught.value)) < 5000
