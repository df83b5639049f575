"""Columns of dates and times become features, the same numbers from every format."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from minnet_train import DataError, Samples, datasets
from minnet_train.data import Calendar, Columns, Preparation, RawRows

pyarrow = pytest.importorskip("pyarrow")

HOURS = [datetime(2023, 12, 29) + timedelta(hours=7 * row, minutes=row % 3) for row in range(90)]
DAYS = [hour.date() for hour in HOURS]
CLOCK = [hour.time() for hour in HOURS]
TARGET = [row / 7 for row in range(90)]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(form, **columns):
    """Write columns to a file of some format, and return its source; the dates in texts where it has no others."""
    table = pyarrow.table(columns)
    if form == "Parquet":
        pytest.importorskip("pyarrow.parquet").write_table(table, "t.parquet")
        return datasets[form]("t.parquet")
    if form == "Feather":
        pytest.importorskip("pyarrow.feather").write_feather(table, "t.feather")
        return datasets[form]("t.feather")
    rows = list(zip(*columns.values(), strict=True))
    if form == "JsonLines":
        with open("t.jsonl", "w") as file:
            for row in rows:
                file.write(json.dumps(dict(zip(columns, row, strict=True)), default=str) + "\n")
        return datasets[form]("t.jsonl")
    with open("t.csv", "w") as file:
        print(*columns, sep=",", file=file)
        for row in rows:
            print(*("" if cell is None else cell for cell in row), sep=",", file=file)
    return datasets[form]("t.csv")


FORMATS = pytest.mark.parametrize("form", ["Csv", "Parquet", "Feather", "JsonLines"])


@FORMATS
def test_each_format_gives_the_same_numbers(form):
    data = write(form, when=HOURS, day=DAYS, clock=CLOCK, y=TARGET).load()
    assert data.columns == ("when", "day", "clock")
    kinds = [(each.kind, each.cycles) for each in data.calendars]
    assert kinds == [("date", ("year", "week", "day")), ("date", ("year", "week")), ("time", ("day",))]
    inputs = Columns.of(data).expand(data.features)
    for row, hour in enumerate(HOURS):
        days = date(hour.year, 12, 31).timetuple().tm_yday
        year = 2 * np.pi * (hour.timetuple().tm_yday - 1) / days
        week = 2 * np.pi * hour.weekday() / 7
        clock = 2 * np.pi * (hour.hour + hour.minute / 60) / 24
        since = hour.replace(tzinfo=UTC).timestamp()
        midnight = hour.replace(hour=0, minute=0, tzinfo=UTC).timestamp()
        ring = [part for angle in (year, week, clock) for part in (np.sin(angle), np.cos(angle))]
        unit = 365.2425 * 86400
        expected = [since / unit, *ring, midnight / unit, *ring[:4], (since - midnight) / 86400, *ring[4:]]
        assert np.allclose(inputs[row], expected, atol=1e-9), hour
    assert Columns.of(data).expanded_names[:3] == ("when", "when:sin(year)", "when:cos(year)")


@FORMATS
def test_the_same_rows_are_prepared_alike_in_every_format(form):
    data = write(form, when=HOURS, clock=CLOCK, y=TARGET).load()
    learned = Preparation(columns=Columns.of(data)).learned([data.features], standardize=False, fill=False)
    expected = learned.inputs(data.features)
    assert np.allclose(expected[:, learned.columns.is_time].std(axis=0), 1, atol=1e-4), "standardized without a word"
    texts = [str(hour) for hour in HOURS]
    for rows in (
        {"when": HOURS, "clock": CLOCK},
        {"when": texts, "clock": [str(one) for one in CLOCK]},
        pyarrow.table({"when": pyarrow.array(HOURS, pyarrow.timestamp("ns")), "clock": CLOCK}),
    ):
        found = [learned.inputs(part) for part in RawRows.of(rows, learned.columns, may_be_missing=False)]
        assert np.array_equal(np.concatenate(found), expected)
    for name in ("t.csv", "t.parquet"):
        other = write("Csv" if name == "t.csv" else "Parquet", y=TARGET, clock=CLOCK, when=HOURS)
        del other
        found = [learned.inputs(part) for part in RawRows.open(name, learned.columns, may_be_missing=False)]
        assert np.array_equal(np.concatenate(found), expected)


@pytest.mark.parametrize(
    ("texts", "hours"),
    [
        (["7:05", "17:30"], [7 + 1 / 12, 17.5]),
        (["5:30 PM", "12:00 AM", "12:15 p.m.", "1:00am"], [17.5, 0, 12.25, 1]),
        (["7:05:30 am"], [7 + 1 / 12 + 1 / 120]),
    ],
)
def test_times_of_a_day_are_written_in_these_ways_too(texts, hours):
    Path("t.csv").write_text("\n".join(["when,y", *(f"{text},0.5" for text in texts)]))
    data = datasets["Csv"]("t.csv").load()
    assert data.calendars[0].kind == "time"
    np.testing.assert_allclose(data.features[:, 0] / 3600, hours)


def test_a_date_may_have_a_short_hour():
    Path("t.csv").write_text("when,y\n2024-05-01 7:05,0.5\n2024-05-01T17:05,1.5\n")
    assert np.diff(datasets["Csv"]("t.csv").load().features[:, 0]).tolist() == [36_000]


@pytest.mark.parametrize("text", ["13:00 PM", "0:30 am", "24:10", "7:65"])
def test_what_no_clock_shows_is_told(text):
    Path("t.csv").write_text("\n".join(["when,y", *["7:05,0.5"] * 9, f"{text},0.5"]))
    with pytest.raises(DataError, match=f"line 11, .* expected a time, received '{text}'"):
        datasets["Csv"]("t.csv").load()


def test_zones_are_instants():
    local = ["2024-03-01T12:00:00+02:00", "2024-03-01T12:00:00Z", "2024-03-02 00:30:00-01:00"]
    with open("t.csv", "w") as file:
        print("when,y", *(f"{text},{row}.5" for row, text in enumerate(local)), sep="\n", file=file)
    hours = datasets["Csv"]("t.csv").load().features[:, 0] / 3600
    assert (hours - hours[0]).tolist() == [0, 2, 15.5]


def test_only_what_varies_is_an_input():
    monday = datetime(2024, 1, 1)
    for rows, cycles in (
        ([monday + timedelta(days=7 * row) for row in range(4)], ("year",)),
        ([monday + timedelta(hours=row) for row in range(4)], ("day",)),
        ([monday] * 4, ()),
    ):
        assert write("Parquet", when=rows, y=TARGET[:4]).load().calendars[0].cycles == cycles
    assert Calendar("date", ()).width == 1


def test_a_date_that_is_missing_is_nan_and_filled_by_the_mean():
    data = write("Csv", when=[None, *HOURS[1:]], y=TARGET).load()
    assert np.isnan(data.features[:, 0]).tolist() == [True] + [False] * 89
    learned = Preparation(columns=Columns.of(data)).learned([data.features], standardize=True, fill=True)
    inputs = learned.inputs(data.features)
    assert np.allclose(inputs[0, learned.columns.is_time], 0, atol=1e-4)
    assert np.allclose(inputs[0, 1], inputs[1:, 1].mean(), atol=1e-6)


def test_a_frame_has_dates():
    samples = Samples.of_table(pyarrow.table({"when": HOURS, "y": TARGET}), "y")
    inputs = samples.batch(range(90))[0]
    assert inputs.shape == (90, 7)
    assert abs(inputs[:, 0]).max() < 2, "years since 1970 would be 54"


def test_dates_may_still_be_categories_and_a_target_of_dates_is_one_of_classes():
    text = "when,y\n" + "2024-01-01,0.5\n2024-01-02,1.5\n" * 4
    Path("t.csv").write_text(text)
    assert datasets["Csv"]("t.csv", categories=["when"]).load().categories == (("2024-01-01", "2024-01-02"),)
    assert datasets["Csv"]("t.csv", "when").load().classes == ("2024-01-01", "2024-01-02")


@pytest.mark.parametrize("late", [True, False])
def test_what_is_no_date_among_dates_is_told(late):
    rows = 300_000 if late else 30
    lines = ["2024-01-01,0.5"] * rows
    lines[rows - 10] = "soon,0.5"
    lines[rows - 5] = "2024-02-30,1.5"
    Path("t.csv").write_text("\n".join(["when,y", *lines]))
    with pytest.raises(DataError) as caught:
        datasets["Csv"]("t.csv").load()
    message = str(caught.value)
    assert f"t.csv, line {rows - 8}, column 1 ('when'): expected a date, received 'soon'" in message
    assert f"t.csv, line {rows - 3}, column 1 ('when'): expected a date, received '2024-02-30'" in message
    assert "t.csv: 2 cells cannot be used; categories = [...] reads a column as strings, null_values = [...]" in message


def test_texts_of_which_few_are_dates_are_categories():
    with open("t.csv", "w") as file:
        print(
            "note,y",
            *(f"{'2024-01-01' if row == 3 else 'ab'[row % 2]},{row}.5" for row in range(9)),
            sep="\n",
            file=file,
        )
    assert datasets["Csv"]("t.csv").load().categories == (("2024-01-01", "a", "b"),)


@pytest.mark.parametrize("value", [time(1, 2, 3), date(2024, 2, 29), datetime(1900, 1, 1, 5), datetime(9999, 12, 31)])
def test_any_time_goes_through(value):
    data = write("Parquet", when=[value, value], y=[0.5, 1.5]).load()
    assert np.isfinite(Columns.of(data).expand(data.features)).all()
