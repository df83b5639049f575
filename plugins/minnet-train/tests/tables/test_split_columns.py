"""Columns of groups and of an order, in files of any format."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from minnet_train import DataError, datasets

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

ROWS = {"a": [1.0, 2.0, 3.0], "y": [0, 1, 0]}
TIMES = [datetime(2024, 5, 2, 1), datetime(2024, 5, 1), datetime(2024, 5, 2)]


def of_parquet(**options):
    columns = {**ROWS, **{f"{name}_": values for name, values in options.items()}}
    parquet.write_table(pyarrow.table(columns), "t.parquet")
    return datasets["Parquet"]("t.parquet", "y", **{name: f"{name}_" for name in options}).load()


def of_csv(*cells, **options):
    rows = [f"{a},{y},{cell}" for a, y, cell in zip(ROWS["a"], ROWS["y"], cells, strict=True)]
    with open("t.csv", "w") as file:
        file.write("\n".join(["a,y,k", *rows]) + "\n")
    return datasets["Csv"]("t.csv", "y", **options).load()


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("values", [TIMES, [each.replace(tzinfo=UTC) for each in TIMES], [3, 1, 2], [0.5, -1.0, 0.0]])
def test_numbers_and_times_order_rows(values):
    assert np.argsort(of_parquet(order=values).order).tolist() == [1, 2, 0]


def test_days_order_rows():
    days = [date(2024, 5, 3), date(2023, 5, 1), date(2024, 5, 2)]
    assert np.argsort(of_parquet(order=days).order).tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    "cells",
    [
        ("10", "9", "9.5"),
        ("2024-05-02T10:00+02:00", "2024-05-01", "2024-05-02T07:59:59Z"),
        ("2024-05-02 10:00", "2024-05-01 23:00", "2024-05-02 09:00"),
    ],
)
def test_cells_of_a_csv_file_order_rows(cells):
    dataset = of_csv(*cells, order="k")
    assert np.argsort(dataset.order).tolist() == [1, 2, 0]
    assert dataset.columns == ("a",)


@pytest.mark.parametrize("names", [["x", "y", "x"], [7, 8, 7], [True, False, True]])
def test_groups_are_told_apart_by_what_is_written(names):
    dataset = of_parquet(group=names)
    assert dataset.groups.tolist() == [0, 1, 0]
    assert dataset.columns == ("a",)
    assert of_csv(*names, group="k").groups.tolist() == [0, 1, 0]


def test_a_missing_value_is_named_and_groups_belong_to_the_data():
    with pytest.raises(DataError, match=r"row 2, column 3 \('order_'\): expected a value, by which rows are divided"):
        of_parquet(order=[TIMES[0], None, TIMES[1]])
    with pytest.raises(DataError, match="expected a value, by which rows are divided, received none"):
        of_csv("x", "", "y", group="k")
    assert of_csv(1, 1, 2, group="k").fingerprint() != of_csv(1, 2, 2, group="k").fingerprint()
