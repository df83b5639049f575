from __future__ import annotations

import json
import os

import pytest

from minnet_train.run_directory import Journal, RunError


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "metrics.jsonl")
    for epoch in (1, 2, 3):
        journal.append({"epoch": epoch, "step": 10 * epoch, "loss": 1 / epoch})
    return journal


def epochs(journal):
    return [report["epoch"] for report in journal.read()]


def test_a_report_is_a_line_of_json(journal):
    lines = journal.path.read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [10, 20, 30]
    assert lines[0] == '{"epoch": 1, "step": 10, "loss": 1.0}'


def test_numbers_come_back_bit_for_bit(journal):
    assert journal.read()[2]["loss"] == 1 / 3


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_json_has_no_number_for_becomes_null(journal, value):
    journal.append({"epoch": 4, "loss": value, "metrics": {"r2": [value]}})
    assert journal.read()[-1] == {"epoch": 4, "loss": None, "metrics": {"r2": [None]}}


def test_before_the_first_report_there_is_none(tmp_path):
    journal = Journal(tmp_path / "none.jsonl")
    assert journal.read() == []
    journal.rewind(0)
    assert not journal.path.exists()


def test_a_torn_last_line_is_dropped(journal):
    whole = journal.path.read_bytes()
    for length in range(len(whole) - 1, whole.rindex(b"\n", 0, -1), -1):
        journal.path.write_bytes(whole[:length])
        assert epochs(journal) == [1, 2]


def test_a_last_line_of_zeros_after_a_power_cut_is_dropped(journal):
    journal.path.write_bytes(journal.path.read_bytes() + b"\0\0\n\0\0")
    assert epochs(journal) == [1, 2, 3]


def test_an_earlier_line_that_is_damaged_is_named(journal):
    journal.path.write_bytes(b"[1]\n" + journal.path.read_bytes())
    with pytest.raises(RunError, match=r"metrics.jsonl, line 1: expected a JSON object, received b'\[1\]'"):
        journal.read()


@pytest.mark.parametrize(("count", "kept"), [(0, []), (1, [1]), (2, [1, 2]), (3, [1, 2, 3])])
def test_rewinding_drops_what_is_done_again(journal, count, kept):
    journal.rewind(count)
    assert epochs(journal) == kept


def test_after_rewinding_each_epoch_is_there_once(journal):
    with journal.path.open("a") as file:
        file.write('{"epoch": 4, "st')
    journal.rewind(2)
    for epoch in (3, 4):
        journal.append({"epoch": epoch, "step": 10 * epoch})
    assert epochs(journal) == [1, 2, 3, 4]


def test_rewinding_to_the_end_does_not_touch_the_file(journal):
    before = journal.path.stat().st_ino
    journal.rewind(3)
    assert journal.path.stat().st_ino == before


@pytest.mark.parametrize("call", ["os.fsync", "json.dumps"])
def test_a_line_that_cannot_be_written_leaves_none(journal, monkeypatch, call):
    def fail(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(call, fail)
    with pytest.raises(OSError, match="No space left"):
        journal.append({"epoch": 4})
    monkeypatch.undo()
    assert epochs(journal) == [1, 2, 3]
    assert journal.path.read_bytes().endswith(b"}\n")


def test_a_line_is_on_the_disk_when_append_returns(journal, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    journal.append({"epoch": 4})
    assert synced == [journal.path.stat().st_size]
