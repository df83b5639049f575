from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train.data import memory_map as mapped
from minnet_train.data.memory_map import RowReader, chunks, is_mapped

ARRAY = np.arange(60, dtype=np.float32).reshape(20, 3)
ROWS = [
    [],
    [3],
    [0, 19, 7, 7],
    list(range(20)),
    [5, 6, 7, 2, 3, 19],
]


@pytest.fixture
def file(tmp_path):
    def save(array=ARRAY, mode="r"):
        np.save(tmp_path / "a.npy", array)
        return np.load(tmp_path / "a.npy", mmap_mode=mode)

    return save


VIEWS = {
    "whole": lambda array: array,
    "end": lambda array: array[4:],
    "every other row": lambda array: array[::2],
    "every other column": lambda array: array[:, ::2],
    "a column": lambda array: array[:, 1],
    "backwards": lambda array: array[::-1],
    "turned": lambda array: array.T,
    "a part of the turned": lambda array: array.T[1:, :5],
    "cubes": lambda array: array.reshape(10, 2, 3),
}
"""Parts of an array, with what each is."""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mode", ["r", "r+", "c"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_are_those_of_the_array_however_it_lies_in_the_file(file, view, mode, order):
    expected = VIEWS[view](ARRAY)
    reader = RowReader(VIEWS[view](file(np.asarray(ARRAY, order=order), mode)))
    for rows in ROWS:
        rows = np.array([row for row in rows if row < len(expected)], int)
        taken = reader.take(rows)
        assert not is_mapped(taken)
        assert (taken.dtype, taken.tolist()) == (expected.dtype, expected[rows].tolist())


@settings(deadline=None)
@given(rows=st.lists(st.integers(0, 19), max_size=30))
def test_any_rows_in_any_order_are_read(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "any.npy"
    np.save(path, ARRAY)
    reader = RowReader(np.load(path, mmap_mode="r"))
    assert np.array_equal(reader.take(np.array(rows, int)), ARRAY[np.array(rows, int)])


def test_changes_that_are_not_in_the_file_are_seen(file):
    array = file(mode="c")
    array[3] = -1
    assert RowReader(array).take(np.array([3])).tolist() == [[-1, -1, -1]]
    list(chunks(array, 5))
    assert array[3].tolist() == [-1, -1, -1]


def test_an_array_in_memory_is_taken_from_there():
    assert RowReader(ARRAY).take(np.array([1])).tolist() == [[3, 4, 5]]


def test_rows_of_a_mapped_file_are_read_from_the_file_and_not_mapped(file):
    assert RowReader(file()).file is not None
    assert RowReader(ARRAY).file is None


def test_a_file_that_has_become_shorter_is_an_error(file, tmp_path):
    reader = RowReader(file())
    with (tmp_path / "a.npy").open("r+b") as stream:
        stream.truncate(200)
    with pytest.raises(OSError, match="a.npy: expected a file as long as it was, received a shorter one"):
        reader.take(np.array([19]))


@pytest.mark.parametrize("rows", [1, 7, 20, 100, None])
def test_chunks_are_the_whole_array_in_order(file, monkeypatch, rows):
    monkeypatch.setattr(mapped, "CHUNK", 40)
    found = [chunk.copy() for chunk in chunks(file(), rows)]
    assert np.array_equal(np.concatenate(found), ARRAY)
    assert {len(chunk) for chunk in found[:-1]} <= {rows or 3}


def test_an_array_without_columns_is_gone_through_too():
    assert [chunk.shape for chunk in chunks(np.zeros((3, 0)))] == [(3, 0)]
