"""Tables of which each of several ranks reads a part: what they hold, and what is wrong with them, is as for one."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_test_support.thread_ranks import together
from minnet_train import DataError, RanksError, datasets
from minnet_train.data import StoredRows
from minnet_train.data.tables import divided_reading, feature_reader
from minnet_train.data.tables.divided_reading import turns
from minnet_train.data.tables.table import Group
from minnet_train.data.tables.typed_files import ParquetFile
from minnet_train.ranks import Conversation

pyarrow = pytest.importorskip("pyarrow")

ALL = "part-*.parquet"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(parts, group=4):
    from pyarrow import parquet

    for index, columns in enumerate(parts):
        parquet.write_table(pyarrow.table(columns), f"part-{index}.parquet", row_group_size=group)


def outcome(load):
    """All that can be told of a data set, or of the error that there is instead."""
    try:
        data = load()
    except DataError as error:
        return str(error)
    features = data.features
    assert isinstance(features, StoredRows)
    arrays = (data.targets, data.weights, data.groups, data.order, features[:])
    return (
        [None if array is None else (array.dtype.str, array.shape, array.tobytes()) for array in arrays],
        (data.name, data.classes, data.columns, data.outputs, data.categories, data.calendars, data.notes),
        features.missing,
        [data.where(row, 0) for row in range(len(data))],
        data.fingerprint(),
    )


def source(**options):
    return datasets["Parquet"](ALL, in_memory=False, **options)


def alone(**options):
    return outcome(source(**options).load)


def on_ranks(size, **options):
    def load(ranks):
        others = Conversation(ranks)
        found = outcome(lambda: source(**options).load_together(others))
        others.end(None)  # which the others wait for
        return found

    return together(size, load)


def expect_alike(*sizes, **options):
    expected = alone(**options)
    for size in sizes or (1, 2, 3, 4):
        assert on_ranks(size, **options) == [expected] * size
    return expected


def days(count, step=1):
    return pyarrow.array([date(2024, 1, 1) + timedelta(step * day) for day in range(count)], pyarrow.date32())


def gappy(values, are_gaps):
    return [None if is_gap else value for value, is_gap in zip(values, are_gaps, strict=True)]


def table(rows=40, seed=0):
    rng = np.random.default_rng(seed)
    gaps = rng.random((rows, 4)) < 0.2
    texts = rng.choice(["red", "green", "blue"], rows).tolist()
    return {
        "a": gappy(rng.normal(size=rows).tolist(), gaps[:, 0]),
        "late": gappy(texts, gaps[:, 1] | (np.arange(rows) < 17)),
        "code": gappy(rng.integers(0, 4, rows).tolist(), gaps[:, 2]),
        "day": days(rows),
        "w": rng.random(rows),
        "k": rng.choice(["no", "yes"], rows).tolist(),
    }


@pytest.mark.parametrize(
    "options",
    [
        {"target": "k"},
        {"target": "k", "weights": "w", "categories": ["code"], "drop_missing": True},
        {"target": ["w"], "max_categories": 2, "task": "regression"},
        {"target": ["w", "a"], "drop_missing": True},
        {"target": "code", "drop_missing": True, "group": "k", "min_frequency": 0.2},
        {"target": "k", "order": "day"},
        {"target": "k", "order": "w"},
        {"target": []},
    ],
)
@pytest.mark.parametrize("at_once", [6, 2**20])
def test_what_ranks_find_together_is_what_one_finds(options, at_once, monkeypatch):
    monkeypatch.setattr(divided_reading, "AT_ONCE", at_once)
    write([table(), table(3, seed=1), table(22, seed=2)], group=5)
    assert not isinstance(expect_alike(**options), str)


COLUMNS = st.sampled_from(["float", "whole", "text", "gap", "flag", "day", "blank", "mixed sizes", "large"])


@st.composite
def column(draw, kind, rows):
    gaps = draw(st.lists(st.integers(0, 3).map(lambda one: one == 0), min_size=rows, max_size=rows))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    if kind == "gap":
        return pyarrow.array([None] * rows, draw(st.sampled_from([pyarrow.float64(), pyarrow.string()])))
    if kind == "blank":
        return pyarrow.array([""] * rows)
    values = {
        "float": rng.normal(size=rows),
        "whole": rng.integers(0, 3, rows),
        "text": rng.choice(["x", "y", "7", ""], rows),
        "flag": rng.random(rows) < 0.5,
        "day": np.array(days(rows).to_pylist(), object),
        "mixed sizes": rng.choice([1e39, 1.0, np.nan], rows),
        "large": 2**53 + rng.integers(0, 3, rows),
    }[kind]
    return pyarrow.array(gappy(values.tolist(), gaps) if draw(st.booleans()) else values.tolist())


@st.composite
def parts(draw):
    """Files whose columns are as a rule of one kind, and sometimes of another in one of them."""
    kinds = {name: draw(COLUMNS) for name in "abt"}
    found = []
    for _ in range(draw(st.integers(1, 3))):
        rows = draw(st.integers(1, 9))
        changed = {name: draw(COLUMNS) if draw(st.integers(0, 9)) == 0 else kind for name, kind in kinds.items()}
        found.append({name: draw(column(kind, rows)) for name, kind in changed.items()})
    return found


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    found=parts(),
    group=st.integers(1, 4),
    size=st.integers(2, 4),
    at_once=st.sampled_from([2, 2**20]),
    options=st.sampled_from(
        [
            {},
            {"drop_missing": True},
            {"categories": ["a"], "drop_missing": True},
            {"task": "regression"},
            {"task": "classification", "drop_missing": True},
            {"target": ["a", "t"], "drop_missing": True},
            {"group": "a"},
            {"order": "b", "drop_missing": True},
            {"max_categories": 2, "drop_missing": True},
        ]
    ),
)
def test_whatever_files_hold_the_number_of_ranks_changes_neither_data_nor_message(found, group, size, at_once, options):
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.chdir(name)
        patch.setattr(divided_reading, "AT_ONCE", at_once)
        patch.setattr(feature_reader, "COUNTED", 3)  # so few texts are counted, and fewer are categories unasked
        patch.setattr(feature_reader, "MOST_CATEGORIES", 2)
        write(found, group)
        expect_alike(size, **options)


def test_each_rank_reads_groups_of_its_own_and_together_they_read_each_once(monkeypatch):
    write([table(), table(22, seed=2)], group=5)
    read, before = Counter(), ParquetFile._read

    def counted(self, columns, group=None):
        read[self.name, group] += 1
        return before(self, columns, group)

    monkeypatch.setattr(ParquetFile, "_read", counted)

    def load(ranks):
        others = Conversation(ranks)
        source(target="k").load_together(others)
        others.end(None)

    together(3, load)
    assert set(read.values()) == {1}
    assert len(read) == 8 + 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": [1.0] * 39 + [1e39]}, "row 40 of part-1.parquet, column 1 .'a'.: expected a finite float32 number"),
        ({"a": [f"x{row}" for row in range(40)]}, "cells cannot be used.*row 1 of part-1.parquet.*received 'x0'"),
        ({"late": [f"{row}.5" for row in range(40)]}, r"column 2 .'late'.: expected numbers, received texts that look"),
        ({"w": [None] * 40}, "40 values are missing.*row 1 of part-1.parquet"),
        ({"k": ["no", None] * 20}, "20 values are missing.*row 2 of part-1.parquet"),
        ({"code": days(40)}, r"column 3 .'code'.: expected numbers or texts, received date32.day."),
    ],
)
def test_what_is_wrong_in_the_part_of_one_rank_is_told_as_one_tells_it(change, message):
    texts = {"late": [f"{row}.5" for row in range(40)]} if "late" in change else {}
    write([{**table(), **texts}, {**table(seed=1), **change}, {**table(seed=2), **texts}], group=5)
    told = expect_alike(target="k", weights="w")
    assert isinstance(told, str)
    assert re.search(message, told, re.DOTALL), told


def test_texts_that_are_too_many_only_together_are_told_as_one_tells_them():
    names = [f"n{row}" for row in range(120)]
    write([{"a": names[:60], "k": [0, 1] * 30}, {"a": names[60:], "k": [0, 1] * 30}], group=20)
    assert "up to 100 different texts, received 120; ignore" in expect_alike()


def test_the_first_of_several_errors_is_that_of_one_who_reads_rows_of_all_groups_at_once():
    write([{"a": [1.0, 2.0, 3.0, 4.0], "k": [7.5, 1.0, 0.5, 1.0]}], group=1)
    assert "row 3, column 2 ('k'): expected a class, an integer or a text, received 0.5" in expect_alike(
        task="classification"
    )


def test_times_that_differ_only_between_the_parts_of_ranks_have_cycles():
    write([{"day": days(1).take(pyarrow.array([0] * 8)), "k": [0, 1] * 4}, {"day": days(16).slice(8), "k": [0, 1] * 4}])
    told = expect_alike()
    assert told[1][5][0].cycles == ("year", "week")
    write(
        [{"day": days(8, 7), "k": [0, 1] * 4}, {"day": days(1).take(pyarrow.array([0] * 8)), "k": [0, 1] * 4}], group=1
    )
    assert expect_alike()[1][5][0].cycles == ("year",)


def test_texts_that_are_too_many_are_not_kept_to_the_end(monkeypatch):
    monkeypatch.setattr(feature_reader, "COUNTED", 12)
    monkeypatch.setattr(feature_reader, "MOST_CATEGORIES", 11)
    monkeypatch.setattr(divided_reading, "AT_ONCE", 8)
    write([{"a": [f"n{row}" for row in range(80)], "k": [0, 1] * 40}], group=4)
    read, before = [], ParquetFile._read

    def counted(self, columns, group=None):
        read.append(group)
        return before(self, columns, group)

    monkeypatch.setattr(ParquetFile, "_read", counted)
    on_ranks(2)
    assert sorted(group for group in read if group is not None) == [0, 1, 2, 3]
    assert read.count(None) == 2  # each reads all, to tell of it


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"k": ["a", "b"] * 4}, {"k": [0, 1] * 4}),
        ({"k": [2**53 + 1, 5] * 4}, {"k": [None, 1] * 4}),
        ({"a": [f"n{row}" for row in range(8)]}, {"a": [f"m{row}" for row in range(8)]}),
    ],
)
def test_what_does_not_fit_together_is_read_whole_by_each(first, second, monkeypatch):
    monkeypatch.setattr(feature_reader, "COUNTED", 12)
    monkeypatch.setattr(feature_reader, "MOST_CATEGORIES", 11)
    plain, wholes = {"a": [1.0] * 8, "k": [0, 1] * 4}, []
    write([{**plain, **first}, {**plain, **second}], group=8)
    expect_alike(2, drop_missing=True)

    def counted(*arguments, **options):
        wholes.append(arguments)
        raise DataError("whole")

    monkeypatch.setattr(divided_reading, "table_dataset", counted)
    assert on_ranks(2, drop_missing=True) == ["whole"] * 2
    assert len(wholes) == 2


@pytest.mark.parametrize("late", [1, 2])
def test_a_file_that_only_one_rank_cannot_read_is_its_error_and_nobody_waits(late):
    write([table()], group=5)

    def load(ranks):
        others = Conversation(ranks)
        try:
            if ranks.rank == late:
                raise DataError("part-0.parquet: expected a file that can be read: No such file")
            source(target="k").load_together(others)
        except DataError as error:
            others.end(None, str(error))
            return str(error)
        except RanksError as error:
            assert others.is_over
            return str(error)

    told = "part-0.parquet: expected a file that can be read: No such file"
    assert together(3, load) == [told if rank == late else f"rank {late} of 3: {told}" for rank in range(3)]


def test_a_file_that_is_changed_where_one_rank_reads_is_no_hang():
    """It fails again when it reads all, alone, and the others do not."""
    write([table(), table(seed=1)], group=5)

    def load(ranks):
        others, opened = Conversation(ranks), source(target="k")
        file = opened.open()
        opened.open = lambda: file
        ranks.gather(None)
        if ranks.rank == 0:
            os.truncate("part-1.parquet", 600)
        ranks.gather(None)
        try:
            opened.load_together(others)
        except (DataError, RanksError) as error:
            if not others.is_over:
                others.end(None)
            return str(error)

    first, second = together(2, load)
    assert "part-1.parquet: expected a Parquet file" in first
    assert "part-1.parquet: expected a Parquet file" in second


def test_files_that_are_others_on_another_rank_are_refused_on_all():
    write([table(), table(seed=1)], group=5)
    os.mkdir("mine")
    os.rename("part-1.parquet", "mine/part-1.parquet")
    write([table()], group=5)

    def load(ranks):
        others = Conversation(ranks)
        paths = ["part-0.parquet"] * 2 if ranks.rank < 2 else ["part-0.parquet", "mine/part-1.parquet"]
        with pytest.raises(RanksError) as caught:
            datasets["Parquet"](paths, "k", in_memory=False).load_together(others)
        others.end(None)
        return str(caught.value)

    told = together(3, load)
    assert len(set(told)) == 1
    expected = "rank 2 of 3: expected the same files as on rank 0, part-0.parquet of "
    assert told[0].startswith(expected), told[0]
    assert "received mine/part-1.parquet of" in told[0]


@given(rows=st.lists(st.integers(0, 30), min_size=1, max_size=40), size=st.integers(1, 6))
def test_turns_go_through_all_groups_in_their_order(rows, size):
    groups = [Group("a", count) for count in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(divided_reading, "AT_ONCE", 50)
        found = list(turns(groups, size))
    assert [group for turn in found for part in turn for group in part] == list(range(len(rows)))
    assert all(len(turn) == size for turn in found)
    sizes = [len(part) for turn in found for part in turn]
    assert max(sizes) - min(sizes) <= 1


def test_the_features_of_a_table_that_is_kept_in_memory_are_read_by_each():
    write([table()], group=5)

    def load(ranks):
        others = Conversation(ranks)
        data = datasets["Parquet"](ALL, "k").load_together(others)
        assert isinstance(data.features, np.ndarray)
        assert ranks.calls == 0
        return data.fingerprint()

    assert together(2, load) == [datasets["Parquet"](ALL, "k").load().fingerprint()] * 2
