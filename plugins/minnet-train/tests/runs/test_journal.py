from __future__ import annotations

import json
import sys

import pytest

from minnet_train import RunError
from minnet_train.runs.journal import Journal


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
    journal.restore([])
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


def reports(count):
    return [{"epoch": epoch, "step": 10 * epoch, "loss": 1 / epoch} for epoch in range(1, count + 1)]


@pytest.mark.parametrize("count", range(5))
@pytest.mark.parametrize("damage", [b"", b'{"epoch": 4, "st', b"\0\0\n\0", b"[1]\n{}\n"])
def test_whatever_became_of_the_file_it_is_restored(journal, count, damage):
    journal.path.write_bytes(damage[:9] + journal.path.read_bytes() + damage)
    journal.restore(reports(count))
    assert journal.read() == reports(count)
    journal.append({"epoch": count + 1})
    assert epochs(journal) == list(range(1, count + 2))


def test_a_file_that_is_gone_is_restored(journal):
    journal.path.unlink()
    journal.restore(reports(2))
    assert epochs(journal) == [1, 2]


def test_a_file_that_is_right_is_not_touched(journal):
    before = journal.path.stat().st_ino
    journal.append({"epoch": 4, "loss": float("nan")})
    journal.restore([*reports(3), {"epoch": 4, "loss": float("nan")}])
    assert journal.path.stat().st_ino == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Unix")
def test_a_line_that_cannot_be_written_leaves_none(journal):
    import resource

    before = journal.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 5, limits[1]))  # room for a part of the line
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append({"epoch": 4})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert journal.path.read_bytes() == before
