from __future__ import annotations

import struct
import sys
from time import monotonic, sleep
from types import SimpleNamespace

import numpy as np
import pytest

from minnet_core import Sequential, layers
from minnet_train.display.tensorboard import TensorBoard, scalars
from minnet_train.extras import MissingLibraryError

pytest.importorskip("tensorboardX")


def report(epoch: int):
    flat = {"epoch": epoch, "step": 10 * epoch, "loss": 0.5, "validation_loss": 0.75, "lr": 0.1, "seconds": 0.1}
    return SimpleNamespace(as_dict=lambda: flat, step=flat["step"])


def events(folder):
    """Read event files: each record is its length, a checksum, the event, a checksum."""
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        while content:
            (length,) = struct.unpack("<Q", content[:8])
            found.append(Event.FromString(content[12 : 12 + length]))
            content = content[16 + length :]
    return found


def written(folder):
    return [
        (event.step, value.tag, value.simple_value)
        for event in events(folder)
        for value in event.summary.value
        if not value.HasField("histo")
    ]


def test_training_and_validation_are_drawn_together():
    assert scalars({"loss": 1, "validation_loss": 2.0, "top3": 0.5, "lr": 0.1, "samples_per_second": 7.0}) == {
        "loss/training": 1.0,
        "loss/validation": 2.0,
        "top3/training": 0.5,
        "learning_rate": 0.1,
        "samples_per_second": 7.0,
    }


def test_positions_and_what_is_no_number_are_left_out():
    assert scalars({"epoch": 1, "step": 10, "seconds": 1.0, "validation_loss": None, "confusion": [[1]]}) == {}


def test_the_name_of_a_metric_is_printed_by_no_library(tmp_path, caplog, capfd):
    import tensorboardX

    tags = scalars({"a\x1b[2J\nb": 1.0, "Größe 1": 2.0, "validation_r2": 3.0})
    assert tags == {"a__2J_b/training": 1.0, "Gr__e_1/training": 2.0, "r2/validation": 3.0}
    writer = tensorboardX.SummaryWriter(str(tmp_path))
    for tag, value in tags.items():
        writer.add_scalar(tag, value, 1)
    writer.close()
    assert (caplog.text, capfd.readouterr()) == ("", ("", ""))


def test_every_epoch_is_there_at_its_step(tmp_path):
    board, trainer = TensorBoard(tmp_path / "events"), SimpleNamespace(step=0)
    board.minnet_fit_start(trainer)
    for epoch in (1, 2):
        board.minnet_epoch_end(trainer, report(epoch))
    board.minnet_fit_end(trainer)
    assert written(tmp_path / "events") == [
        (step, tag, pytest.approx(value))
        for step in (10, 20)
        for tag, value in (("loss/training", 0.5), ("loss/validation", 0.75), ("learning_rate", 0.1))
    ]


def test_an_epoch_can_be_seen_before_the_training_ends(tmp_path):
    board = TensorBoard(tmp_path)
    board.minnet_fit_start(SimpleNamespace(step=0))
    board.minnet_epoch_end(SimpleNamespace(step=10), report(1))
    late = monotonic() + 20
    while len(written(tmp_path)) < 3 and monotonic() < late:
        sleep(0.05)
    assert len(written(tmp_path)) == 3
    board.minnet_fit_end(SimpleNamespace(step=10))


def test_a_resumed_run_takes_back_later_steps(tmp_path):
    board = TensorBoard(tmp_path)
    board.minnet_fit_start(SimpleNamespace(step=25))
    board.minnet_fit_end(SimpleNamespace(step=25))
    (start,) = [event for event in events(tmp_path) if event.HasField("session_log")]
    assert start.step == 26


def test_a_new_run_has_nothing_to_take_back(tmp_path):
    board = TensorBoard(tmp_path)
    board.minnet_fit_start(SimpleNamespace(step=0))
    board.minnet_fit_end(SimpleNamespace(step=0))
    assert not [event for event in events(tmp_path) if event.HasField("session_log")]


def test_histograms_of_the_parameters_are_written_if_asked_for(tmp_path):
    model = Sequential(layers["Linear"](3, 2))
    model.namedParameters()["0.W"][:] = np.arange(6).reshape(2, 3)
    board, trainer = TensorBoard(tmp_path, histograms=True), SimpleNamespace(step=0, model=model)
    board.minnet_fit_start(trainer)
    board.minnet_epoch_end(trainer, report(1))
    board.minnet_fit_end(trainer)
    found = {value.tag: value.histo for event in events(tmp_path) for value in event.summary.value}
    assert (found["0.W"].num, found["0.W"].min, found["0.W"].max) == (6, 0, 5)
    assert found["0.b"].num == 2


def test_a_training_that_fails_before_it_starts_writes_nothing(tmp_path):
    board = TensorBoard(tmp_path / "events")
    board.minnet_fit_end(SimpleNamespace(step=0))
    assert not (tmp_path / "events").exists()
    assert repr(board) == f"TensorBoard('{tmp_path / 'events'}')"


def test_without_tensorboardx_it_says_what_to_install_before_a_run_begins(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingLibraryError) as caught:
        TensorBoard(tmp_path)
    message = str(caught.value)
    assert message.startswith("TensorBoard: expected tensorboardX to be installed, received ModuleNotFoundError")
    assert message.endswith("; pip install 'minnet-train[tensorboard]'")
