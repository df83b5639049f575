from __future__ import annotations

import os
import re
from datetime import date, timedelta

import numpy as np
import pytest

from minnet_train import DataConfig, DataError, ExperimentError, LearningData, datasets
from minnet_train.data import Blocks, StoredRows, kept_parts
from minnet_train.training.block_order import BlockOrder

pyarrow = pytest.importorskip("pyarrow")

ROWS, PARTS = 240, 3


def columns(rows=ROWS, seed=0):
    """Columns of every kind, with gaps; the first rows of some have no value at all."""
    rng = np.random.default_rng(seed)
    texts = rng.choice(["red", "green", "blue", "1", "1.0"], rows).tolist()
    gaps = rng.random((rows, 4)) < 0.1
    days = [date(2023, 1, 1) + timedelta(int(day)) for day in rng.integers(0, 700, rows)]

    def with_gaps(values, gap):
        return [None if is_gap else value for value, is_gap in zip(values, gap, strict=True)]

    return {
        "a": with_gaps(rng.normal(size=rows).tolist(), gaps[:, 0]),
        "late": with_gaps(texts, (gaps[:, 1]) | (np.arange(rows) < 100)),
        "b": pyarrow.array(rng.integers(0, 2, rows).astype(bool)),
        "day": pyarrow.array(with_gaps(days, gaps[:, 2]), pyarrow.date32()),
        "code": with_gaps(rng.integers(0, 4, rows).tolist(), gaps[:, 3]),
        "f": pyarrow.array(rng.normal(size=rows), pyarrow.float32()),
        "w": rng.random(rows),
        "k": rng.choice(["no", "yes"], rows).tolist(),
    }


@pytest.fixture
def write(tmp_path, monkeypatch):
    from pyarrow import parquet

    monkeypatch.chdir(tmp_path)

    def write_parts(table=None, parts=PARTS, group=16, name="part-{}.parquet"):
        table = pyarrow.table(columns() if table is None else table)
        size = -(-table.num_rows // parts)
        for part in range(parts):
            parquet.write_table(table.slice(part * size, size), name.format(part), row_group_size=group)

    return write_parts


def both(path="part-*.parquet", **options):
    return [datasets["Parquet"](path, in_memory=where, **options).load() for where in (True, False)]


def expect_same(memory, stored):
    assert isinstance(stored.features, StoredRows)
    assert np.array_equal(memory.features, stored.features, equal_nan=True)
    assert np.array_equal(memory.targets, stored.targets)
    for name in ("classes", "columns", "categories", "calendars", "outputs", "notes", "name"):
        assert getattr(memory, name) == getattr(stored, name), name
    for name in ("weights", "groups", "order"):
        assert (getattr(memory, name) is None) == (getattr(stored, name) is None)
        assert getattr(memory, name) is None or np.array_equal(getattr(memory, name), getattr(stored, name))
    assert memory.fingerprint() == stored.fingerprint()


@pytest.mark.parametrize(
    "options",
    [
        {"target": "k"},
        {"target": "k", "weights": "w", "categories": ["code"]},
        {"target": ["a", "f"], "max_categories": 3, "drop_missing": True},
        {"target": "f", "min_frequency": 0.2, "ignore": ["w"]},
        {"target": "code", "group": "late", "drop_missing": True, "task": "regression"},
        {"target": "b", "order": "w"},
    ],
)
@pytest.mark.parametrize("group", [7, 1000])
def test_rows_that_stay_in_their_files_are_those_in_memory(write, options, group):
    table = columns()
    if "group" in options:
        table["late"] = [text or "none" for text in table["late"]]
    write(table, group=group)
    memory, stored = both(**options)
    expect_same(memory, stored)
    assert stored.where(90, 1) == memory.where(90, 1)


def test_what_a_column_is_is_decided_by_all_of_it_and_not_by_a_group(write):
    table = columns()
    table["late"] = ["2024-05-01" if 16 <= row < 32 else "x" for row in range(ROWS)]
    table["day"] = pyarrow.array([date(2023, 1, 1 + row // 80) for row in range(ROWS)])
    write(table)
    memory, stored = both(target="k")
    expect_same(memory, stored)
    assert memory.categories[1] == ("2024-05-01", "x")
    assert "week" in memory.calendars[3].cycles


def test_columns_are_found_by_their_names_in_every_part_and_may_have_other_types(write):
    table = columns()
    write(table)
    from pyarrow import parquet

    part = parquet.read_table("part-1.parquet")
    part = part.select(part.column_names[::-1])
    place = part.column_names.index("f")
    part = part.set_column(place, "f", part["f"].cast("float64"))
    place = part.column_names.index("late")
    part = part.set_column(place, "late", part["late"].dictionary_encode())
    parquet.write_table(part, "part-1.parquet", row_group_size=16)
    expect_same(*both(target="k"))


@pytest.mark.parametrize(
    "options", [{"standardize": True, "missing": "mean"}, {"missing": "mean", "folds": 4, "fold": 2}]
)
def test_what_is_trained_on_is_the_same_bit_for_bit(write, options):
    write()
    config = DataConfig(source="part-*.parquet", shuffle_block=16, **options)
    memory, stored = (LearningData.of(each, config, 0) for each in both(target="k", weights="w"))
    assert memory.preparation == stored.preparation
    assert memory.fingerprint == stored.fingerprint
    for name in ("training", "validation", "test"):
        ours, theirs = getattr(memory, name), getattr(stored, name)
        assert np.array_equal(ours.weights, theirs.weights)
        for one, other in zip(ours.chunks(50), theirs.chunks(50), strict=True):
            assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    assert memory.training.blocks.mark == stored.training.blocks.mark  # for all row groups are of 16 rows


@pytest.mark.parametrize("first", [0, 170])
def test_missing_values_are_told_of_as_if_rows_were_in_memory(write, first):
    table = columns()
    for name in ("a", "late", "day", "code"):
        known = pyarrow.array(table[name]).drop_null()[0]
        values = pyarrow.array(table[name]).to_pylist()
        table[name] = [known.as_py() if row < first else value for row, value in enumerate(values)]
    write(table)
    told = []
    for data in both(target="k"):
        with pytest.raises(DataError) as caught:
            LearningData.of(data, DataConfig(source="part-*.parquet"), 0)
        told.append(str(caught.value))
    assert told[0] == told[1]
    place = r"row 1 of part-0.parquet, column 2 \('late'\)" if not first else "of part-2.parquet, column"
    assert re.search(place, told[0])


@pytest.mark.parametrize("column", ["k", "w"])
def test_missing_targets_and_cells_that_are_wrong_are_told_of_alike(write, column):
    table = columns()
    table["w"] = [None, *table["w"][1:]]
    table["k"] = [*table["k"][:-1], None]
    write(table)
    told = []
    for where in (True, False):
        with pytest.raises(DataError) as caught:
            datasets["Parquet"]("part-*.parquet", column, in_memory=where).load()
        told.append(str(caught.value))
    assert told[0] == told[1]
    table["w"] = [1e39, *table["w"][1:]]
    write(table)
    for where in (True, False):
        with pytest.raises(DataError, match=r"row 1 of part-0.parquet, column 7 \('w'\): expected a finite float32"):
            datasets["Parquet"]("part-*.parquet", "k", in_memory=where).load()


def test_a_part_with_other_columns_is_named(write):
    write()
    from pyarrow import parquet

    parquet.write_table(parquet.read_table("part-2.parquet").drop(["f"]), "part-2.parquet")
    for where in (True, False):
        with pytest.raises(DataError, match="part-2.parquet: expected the columns of part-0.parquet; 'f' is missing"):
            datasets["Parquet"]("part-*.parquet", in_memory=where).load()


def test_a_part_whose_column_is_of_something_else_is_named(write):
    write()
    from pyarrow import parquet

    part = parquet.read_table("part-2.parquet")
    text = pyarrow.array(["x"] * part.num_rows)
    parquet.write_table(part.set_column(0, "a", text), "part-2.parquet")
    with pytest.raises(
        DataError, match=r"row 1 of part-2.parquet, column 1 \('a'\): expected a finite .*, received 'x'"
    ):
        datasets["Parquet"]("part-*.parquet", "k", in_memory=False).load()


def test_a_truncated_part_is_named_and_no_part_is_an_error(write):
    write()
    os.truncate("part-1.parquet", 900)
    with pytest.raises(DataError, match="part-1.parquet: expected a Parquet file"):
        datasets["Parquet"]("part-*.parquet", in_memory=False).load()
    with pytest.raises(DataError, match=r"none-\*.parquet: expected files whose names have this form, received none"):
        datasets["Parquet"]("none-*.parquet", in_memory=False).load()


def rewritten():
    from pyarrow import parquet

    parquet.write_table(parquet.read_table("part-2.parquet").slice(1), "part-2.parquet")


@pytest.mark.parametrize(
    "change", [rewritten, lambda: os.truncate("part-2.parquet", 900), lambda: os.utime("part-2.parquet", ns=(0, 0))]
)
def test_a_part_that_is_changed_between_epochs_is_named(write, change):
    write()
    stored = both(target="k")[1].features
    stored[:]
    stored.kept.forget()
    change()
    assert len(stored[:160]) == 160
    with pytest.raises(DataError, match="part-2.parquet: expected the file as it was when it was opened"):
        stored[160]


def test_a_part_that_is_gone_is_named(write):
    write()
    stored = both(target="k")[1].features
    os.remove("part-1.parquet")
    with pytest.raises(DataError, match="part-1.parquet: expected a file that can be read: No such file"):
        stored[100]


def test_what_is_kept_in_memory_is_bounded_and_an_epoch_by_blocks_reads_every_group_once(write, monkeypatch):
    write({"a": np.arange(3000.0), "b": np.arange(3000.0), "k": np.arange(3000.0)}, group=50)
    stored = both()[1].features
    monkeypatch.setattr(kept_parts, "CACHE", 12 * 50 * 2 * 8)
    stored = both()[1].features
    blocks = Blocks.of(stored, np.arange(3000), 50)
    order = BlockOrder(blocks, 32, np.random.default_rng(0))
    seen, most = [], 0
    for start in range(0, 3000, 32):
        seen += stored[order[start : start + 32]][:, 0].tolist()
        most = max(most, stored.kept.nbytes)
    assert sorted(seen) == list(range(3000))
    assert stored.kept.reads == 60
    assert most <= kept_parts.CACHE


def test_ranks_that_compute_a_part_of_every_step_read_a_part_of_the_groups(write):
    write({"a": np.arange(3072.0), "k": np.arange(3072.0)}, parts=1, group=48)
    stored = [both("part-0.parquet")[1].features for _ in range(4)]
    order = BlockOrder(Blocks.of(stored[0], np.arange(3072), 48), 32, np.random.default_rng(0))
    for start in range(0, 3072, 32):
        for rank in range(4):
            stored[rank].take(order[start + 8 * rank : start + 8 * (rank + 1)])
    assert [rows.kept.reads for rows in stored] == [16] * 4


def test_groups_of_which_nothing_is_left_are_no_blocks(write):
    table = {"a": np.arange(96.0).tolist(), "k": np.arange(96.0).tolist()}
    table["a"] = [None if row % 3 or row >= 80 or 16 <= row < 32 else value for row, value in enumerate(table["a"])]
    write(table, parts=2)
    config = DataConfig(source="part-*.parquet", shuffle_block=1, validation_fraction=0, test_fraction=0.1)
    memory, stored = (LearningData.of(each, config, 0).training for each in both(drop_missing=True))
    order = BlockOrder(stored.blocks, 4, np.random.default_rng(0))
    assert len(stored.blocks.starts) == 4
    for start in range(0, len(stored), 4):
        rows = order[start : start + 4]
        assert all(np.array_equal(*pair) for pair in zip(memory.batch(rows), stored.batch(rows), strict=True))


def test_large_tables_stay_in_their_files_unless_somebody_says_otherwise(write, monkeypatch):
    write()
    assert not isinstance(datasets["Parquet"]("part-*.parquet").load().features, StoredRows)
    monkeypatch.setattr("minnet_train.data.sources.tables.IN_MEMORY", ROWS * 8 * 8 - 1)
    data = datasets["Parquet"]("part-*.parquet").load()
    assert isinstance(data.features, StoredRows)
    assert data.notes == (
        "part-*.parquet: 240 rows of 8 columns are more than 1 GiB, and stay in their files; batches read 15 row "
        "groups; in_memory = true reads all rows at once",
    )
    learned = LearningData.of(data, DataConfig(source="part-*.parquet", missing="mean"), 0)
    assert learned.dataset.notes[1:] == (
        "part-*.parquet: rows are shuffled by blocks of whole row groups, 65,536 rows or so, 1 of 1 at a time, as "
        "files are read; shuffle_block = 0 shuffles all",
    )
    assert not datasets["Parquet"]("part-*.parquet", in_memory=True).load().notes


def test_all_rows_are_shuffled_only_if_they_fit_into_what_is_kept(write, monkeypatch):
    write()
    config = DataConfig(source="part-*.parquet", missing="mean", shuffle_block=0)
    assert LearningData.of(both(target="k")[1], config, 0).training.blocks is None
    monkeypatch.setattr("minnet_train.experiment.prepared_data.CACHE", 1000)
    with pytest.raises(ExperimentError, match="data.shuffle_block: expected blocks for rows that can only be read by"):
        LearningData.of(both(target="k")[1], config, 0)


def test_init_chooses_the_same_columns(write, monkeypatch):
    table = columns()
    table |= {"id": np.arange(ROWS) + 7, "nr": np.arange(ROWS) % 200, "remark": [f"no. {row}" for row in range(ROWS)]}
    table["remark"][3] = table["remark"][5] = None
    table["k"] = table.pop("k")
    write(table)
    for drops in (True, False):
        memory, stored = (
            datasets["Parquet"]("part-*.parquet", in_memory=where, drop_missing=drops).fit() for where in (True, False)
        )
        assert memory[1] == stored[1]
        assert [(option.name, option.value) for option in stored[1]] == [("ignore", ["id"]), ("ignore", ["remark"])]
        expect_same(memory[0], stored[0])
        assert (stored[0].features.missing.count > 0) != drops


def test_init_finds_the_same_mixed_columns(write):
    from pyarrow import parquet

    write({"a": np.arange(90) % 5, "k": np.arange(90) % 2}, parts=3)
    parquet.write_table(pyarrow.table({"a": ["x7"] * 30, "k": np.arange(30) % 2}), "part-2.parquet")
    memory = datasets["Parquet"]("part-*.parquet", in_memory=True).fit()
    stored = datasets["Parquet"]("part-*.parquet", in_memory=False).fit()
    assert memory[1] == stored[1]
    assert stored[0].categories == (("0", "1", "2", "3", "4", "x7"),)
    expect_same(memory[0], stored[0])


@pytest.mark.parametrize("has_all", [True, False])
def test_other_data_to_validate_by_stay_in_their_files_too(write, has_all):
    table = columns()
    write(table)
    other = columns(seed=1)
    other["late"] = ["red" if text == "blue" and not has_all else text for text in other["late"]]
    write({name: other[name] for name in reversed(other)}, name="other-{}.parquet")
    found = []
    for where, data in zip((True, False), both(target="k"), strict=True):
        source = {"class": "Parquet", "path": "other-*.parquet", "target": "k", "in_memory": where}
        config = DataConfig(source="part-*.parquet", missing="mean", validation=source)
        validation = datasets["Parquet"](**{key: value for key, value in source.items() if key != "class"}).load()
        found.append(LearningData.of(data, config, 0, validation))
    memory, stored = found
    for one, other_one in zip(memory.validation.chunks(70), stored.validation.chunks(70), strict=True):
        assert all(np.array_equal(*pair) for pair in zip(one, other_one, strict=True))
