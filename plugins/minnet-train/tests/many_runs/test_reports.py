from __future__ import annotations

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_train import RunError
from minnet_train.many_runs.reports import Reports
from minnet_train.runs import Journal

NUMBERS = st.none() | st.floats(-1e9, 1e9) | st.integers(-5, 5)
NAMES = st.sampled_from(["loss", "validation_loss", "accuracy", "lösung", 'a"loss', "x\\", "best"])
VALUES = NUMBERS | st.sampled_from(['"loss": 3', "}\n{", "[", "\x1b[2J", True, [1, 2], {"loss": -9.0}])
PLAIN = st.fixed_dictionaries({"loss": NUMBERS, "validation_loss": NUMBERS, "seconds": st.floats(0, 9)})
ANY = st.dictionaries(NAMES, VALUES, max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PLAIN | st.builds(dict.__or__, PLAIN, ANY), max_size=6), NAMES, st.sampled_from(["min", "max"]), st.data()
)
def test_what_is_found_at_a_glance_is_what_is_found_by_parsing(tmp_path, reports, name, mode, data):
    path = tmp_path / "metrics.jsonl"
    torn = data.draw(st.sampled_from([b"", b'{"loss": -1e99', b'{"loss": -1e99}']))
    path.write_bytes(b"".join(json.dumps(report).encode() + b"\n" for report in reports) + torn)
    assert Reports.read(path, name, mode) == Reports.of(Journal(path).read(), name, mode)


def test_plain_lines_are_not_parsed(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    lines = [{"epoch": epoch, "loss": abs(epoch - 300) / 7, "seconds": 0.1} for epoch in range(1, 1001)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    parsed = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: parsed.append(text) or loads(text))
    reports = Reports.read(path, "loss", "min")
    assert len(parsed) == 2, "the last and the best"
    assert reports.best["epoch"] == 300
    assert reports.last == lines[-1]
    assert reports.seconds == pytest.approx(100)


@pytest.mark.parametrize(
    "lines",
    [
        ['{"loss": 5, "best": 5.0, "seconds": 1}', '{"loss": 1, "a\\"best": 9.0, "seconds": 1}'],
        ['{"best": 1.0, "best": 3.0, "loss": 7, "seconds": 1}', '{"loss": 2, "seconds": 1}'],
        ['{"best": "1.0", "seconds": 1}', '{"best": 4.0, "seconds": 1}'],
        ['{"best":1.0,"seconds":1}', '{"best": 4.0, "seconds": 1}'],
    ],
)
def test_lines_that_only_look_plain_are_parsed(tmp_path, lines):
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    found = Reports.read(path, "best", "min")
    assert found == Reports.of([json.loads(line) for line in lines], "best", "min")


def test_a_report_that_is_torn_into_two_lines_is_damage(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"loss": 1, "seconds": 1}{\n"loss": 5, "seconds": 1}\n{"loss": 0, "seconds": 1}\n')
    with pytest.raises(RunError, match="line 1: expected a JSON object"):
        Reports.read(path, "loss", "min")


def test_the_best_is_the_first_of_equals_and_a_number(tmp_path):
    reports = [{"loss": None}, {"loss": 2.0}, {"loss": 1.0, "epoch": 3}, {"loss": 1.0}, {"loss": math.inf}]
    assert Reports.of(reports, "loss", "min").best == {"loss": 1.0, "epoch": 3}
    assert Reports.of(reports, "loss", "max").best == {"loss": 2.0}
    assert Reports.of(reports[:1], "loss", "min").best == {}


def test_the_loss_stands_in_for_a_number_that_is_missing():
    assert Reports.of([{"loss": 2.0}, {"loss": 1.0}], "validation_loss", "min").best == {"loss": 1.0}


def test_no_file_has_no_reports(tmp_path):
    assert Reports.read(tmp_path / "metrics.jsonl", "loss", "min") == Reports()


@pytest.mark.parametrize("line", ["{", "[1]", "3", "{}{}", "\0", "[" * 100_000, '{"a":' * 100_000])
def test_a_damaged_line_is_named(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"loss": 1.0, "seconds": 1.0}}\n{line}\n{{"loss": 2.0, "seconds": 1.0}}\n')
    with pytest.raises(RunError, match="line 2: expected a JSON object, received"):
        Reports.read(path, "loss", "min")
