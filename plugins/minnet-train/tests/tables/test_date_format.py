"""Dates that are written otherwise than ISO 8601 has them: the same numbers, found out by `minnet init`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_train import DataError, datasets, load_predictor
from minnet_train.commands.init import init
from minnet_train.commands.train import train
from minnet_train.data.tables.sniff import work_out

pytest.importorskip("pyarrow")

Csv = datasets["Csv"]

TIMES = [datetime(2023, 11, 28) + timedelta(days=row, hours=5 * row) for row in range(60)]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(texts, name="t.csv"):
    rows = (f'"{text}",{row / 7},{"ab"[row % 3 == 0]}' for row, text in enumerate(texts))
    Path(name).write_text("\n".join(["day,x,y", *rows]) + "\n")
    return name


def found(texts):
    """What `minnet init` finds out about the dates."""
    options = [option for option in work_out(write(texts), {}) if option.name == "date_format"]
    return str(options[0]) if options else None


FORMS = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%Y/%m/%d", "%d-%b-%Y", "%B %d, %Y", "%m/%d/%Y %I:%M %p"]
FORMS += ["%Y%m%d", "%d-%m-%y", "%d-%b-%y", "%d/%b/%Y", "%d %b %y", "%b %d %Y", "%a, %d %b %Y", "%A, %B %d, %Y"]
FORMS += ["%m/%d/%Y, %I:%M %p", "%d.%m.%Y, %H:%M", "%Y%m%d %H:%M", "%Y/%m/%d %I:%M%p"]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_found_out_and_gives_the_numbers_of_iso_8601(form):
    precise = "%Y-%m-%d %H:%M" if "%M" in form else "%Y-%m-%d"
    expected = Csv(write([time.strftime(precise) for time in TIMES])).load()
    (option,) = [each for each in work_out(write([time.strftime(form) for time in TIMES]), {}) if "date" in each.name]
    assert option.value == form
    data = Csv("t.csv", date_format=form).load()
    np.testing.assert_array_equal(data.features, expected.features)
    assert data.calendars == expected.calendars


def test_of_two_ways_that_fit_the_other_is_named():
    assert found(["01/01/2024", "03/02/2024"]) == (
        'date_format = "%m/%d/%Y": line 3 has \'03/02/2024\' in column 1, and "%d/%m/%Y" reads it otherwise'
    )
    assert found(["31/01/2024", "03/02/2024"]) == "date_format = \"%d/%m/%Y\": line 2 has '31/01/2024' in column 1"


@pytest.mark.parametrize("texts", [["2024-01-31"], ["31.02.2024"], ["31.01.2024", "soon"], ["1.5", "2.5"], ["", ""]])
def test_what_is_no_date_or_needs_no_form_is_left_alone(texts):
    assert found(texts) is None


def test_a_form_without_zeros_is_found():
    texts = [f"{time.year}-{time.month}-{time.day}" for time in TIMES]
    assert '"%Y-%m-%d"' in (found(texts) or "")
    data = Csv("t.csv", date_format="%Y-%m-%d").load()
    np.testing.assert_array_equal(data.features, Csv(write([time.date() for time in TIMES])).load().features)


def test_one_date_that_cannot_be_is_a_mistake_rather_than_what_makes_texts_of_all():
    texts = [time.strftime("%d/%m/%Y") for time in TIMES]
    assert "\"%d/%m/%Y\": line 15 has '13/12/2023'" in (found([*texts, "31/02/2024"]) or "")
    with pytest.raises(DataError, match="line 62, column 1 .*: expected a date, received '31/02/2024'"):
        Csv("t.csv", date_format="%d/%m/%Y").load()
    assert found([*texts, *["31/02/2024", "soon", "later", "never"]]) is None


def test_dates_of_iso_8601_are_read_beside_those_of_a_form():
    mixed = [time.strftime(("%Y-%m-%d", "%d.%m.%Y")[row % 2]) for row, time in enumerate(TIMES)]
    assert '"%d.%m.%Y"' in (found(mixed) or "")
    data = Csv("t.csv", date_format="%d.%m.%Y").load()
    np.testing.assert_array_equal(data.features, Csv(write([time.date() for time in TIMES])).load().features)


@pytest.mark.parametrize("gap", ["", "NA", "-"])
def test_whole_numbers_that_are_dates_may_be_missing(gap):
    texts = [gap, *(time.strftime("%Y%m%d") for time in TIMES)]
    write(texts)
    options = {option.name: option.value for option in work_out("t.csv", {})}
    data = Csv("t.csv", **options).load()
    assert np.isnan(data.features[0, 0])
    iso = Csv(write([time.date() for time in TIMES])).load()
    np.testing.assert_array_equal(data.features[1:, 0], iso.features[:, 0])


@pytest.mark.parametrize("numbers", [["20231301"], ["20230229"], ["2023131"], ["18000101"], ["20230101.5"]])
def test_whole_numbers_that_are_no_dates_are_numbers(numbers):
    assert found([*numbers, "20230101"]) is None


def test_a_whole_number_that_is_no_date_is_told_where_a_form_says_that_they_are():
    dates = [time.strftime("%Y%m%d") for time in TIMES] * 6000
    write([*dates, "20230229"])
    with pytest.raises(DataError, match=rf"line {len(dates) + 2}, column 1 .*: expected a date, received '20230229'"):
        Csv("t.csv", date_format="%Y%m%d").load()


def test_dates_that_are_whole_numbers_may_come_in_a_frame():
    write([time.strftime("%Y%m%d") for time in TIMES])
    for command, *arguments in ((init, "t.toml", "--data", "t.csv"), (train, "t.toml", "--no-run", "--epochs", "1")):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    predictor = load_predictor("t.safetensors")
    expected = predictor.transform(write(["20231231"], "new.csv"))
    for day in (20231231, 20231231.0, "20231231", datetime(2023, 12, 31)):
        np.testing.assert_array_equal(predictor.transform({"day": [day], "x": [0.0]}), expected)
    with pytest.raises(DataError, match="dict, row 1, column 1 .*: expected a date, received 20230229"):
        predictor.transform({"day": [20230229], "x": [0.0]})


def test_the_form_stays_with_the_model():
    write([time.strftime("%d.%m.%Y") for time in TIMES])
    for command, *arguments in ((init, "t.toml", "--data", "t.csv"), (train, "t.toml", "--no-run", "--epochs", "1")):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    predictor = load_predictor("t.safetensors")
    expected = predictor.transform({"day": ["31.12.2023"], "x": [0.0]})
    np.testing.assert_array_equal(predictor.transform(write(["31.12.2023"], "new.csv")), expected)


def test_a_date_that_cannot_be_read_is_told_with_its_place():
    write([*(time.strftime("%d.%m.%Y") for time in TIMES), "31.02.2024"])
    with pytest.raises(DataError, match=r"t.csv, line 62, column 1 \('day'\): expected a date, received '31.02.2024'"):
        Csv("t.csv", date_format="%d.%m.%Y").load()


def test_rows_are_ordered_by_such_dates():
    write(["02.01.2024", "01.02.2024", "31.12.2023"])
    assert np.argsort(Csv("t.csv", order="day", date_format="%d.%m.%Y").load().order).tolist() == [2, 0, 1]


@pytest.mark.parametrize("form", ["%d.%m", "day", "%H:%M", 3, "%"])
def test_what_is_no_form_of_a_date_is_refused(form):
    with pytest.raises(ValueError, match="expected date_format of a day, a month and a year"):
        Csv("t.csv", date_format=form)
