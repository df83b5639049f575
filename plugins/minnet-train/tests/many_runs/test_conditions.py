from __future__ import annotations

import json
import operator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies as st

from minnet_train.many_runs import Condition, ConditionError, RunSummary, key_text

COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
KEYS = st.lists(st.text(max_size=5).filter(lambda text: text.isprintable()), min_size=1, max_size=3)
SPACES = st.sampled_from(["", " ", "  "])
NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)


def run(experiment, **rest):
    return RunSummary(path=Path("run"), config={"experiment": experiment}, **rest)


def nested(keys, value):
    for key in reversed(keys):
        value = {key: value}
    return value


@given(KEYS, st.sampled_from(sorted(COMPARISONS)), NUMBERS, NUMBERS, SPACES, SPACES)
def test_numbers_compare_as_numbers_whatever_the_key(keys, comparison, value, other, before, after):
    assume(not (len(keys) == 1 and keys[0] in ("run", "state", "best", "size")))
    text = f"{key_text(tuple(keys))}{before}{comparison}{after}{json.dumps(other)}"
    condition = Condition.read(text)
    assert condition.path == tuple(keys)
    assert condition.value == other
    assert condition.holds(run(nested(keys, value))) == COMPARISONS[comparison](value, other)


@given(st.sampled_from(sorted(COMPARISONS)), st.text(), st.text())
def test_texts_compare_as_texts_whatever_they_hold(comparison, value, other):
    written = json.dumps(other).replace("\x7f", "\\u007f")
    assume("\\ud" not in written)  # halves of surrogate pairs, which TOML has not
    condition = Condition.read(f"name{comparison}{written}")
    assert condition.holds(run({"name": value})) == COMPARISONS[comparison](value, other)


@given(st.text())
def test_any_text_is_a_condition_or_an_error(text):
    with suppress(ConditionError):
        condition = Condition.read(text)
        assert condition.holds(run({})) in (True, False)
        assert Condition.read(condition.text) == condition


@given(NUMBERS | st.text() | st.booleans() | st.none() | st.lists(st.integers()), st.sampled_from(sorted(COMPARISONS)))
def test_what_is_missing_is_unequal_to_everything_and_neither_smaller_nor_larger(value, comparison):
    assume(value is not None)
    written = json.dumps(value, ensure_ascii=False)
    try:
        condition = Condition.read(f"missing{comparison}{written}")
    except ConditionError:
        assume(False)
    assert condition.holds(run({"other": 1})) == (comparison == "!=")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("optimizer.class=Adam", True),
        ("optimizer.class == Adam", True),
        ("optimizer.class=SGD", False),
        ("optimizer.class!=SGD", True),
        ("optimizer.class~Ad*", True),
        ("optimizer.class!~Ad*", False),
        ("optimizer.class~ad*", False),
        ("optimizer.lr<1e-1", True),
        ("optimizer.lr<Adam", False),
        ("model[0].n_out=8", True),
        ("model.0.n_out=8.0", True),
        ("model[9].n_out=8", False),
        ("compile=true", True),
        ("compile=1", False),
        ("compile<2", False),
        ("keep=true", False),
        ("schedule=none", True),
        ("schedule!=none", False),
        ("optimizer!=none", True),
        ("nothing~*", False),
        ("nothing!~*", True),
        ('names=["a", "b"]', True),
        ("loss<0.6", True),
        ("best.loss<0.3", True),
        ("last.loss<0.3", False),
        ("epoch=2", True),
        ("best_epoch=1", True),
        ("best=0.25", True),
        ("state=interrupted", True),
        ("judged_by=loss", True),
        ("seconds>=1.5", True),
        ("run~r*n", True),
        ("output~*:*=*", True),
        ("output=a:b=c", True),
    ],
)
def test_what_holds(text, holds):
    experiment = {
        "optimizer": {"class": "Adam", "lr": 0.01},
        "model": [{"class": "Linear", "n_out": 8}],
        "compile": True,
        "keep": 1,
        "schedule": None,
        "names": ["a", "b"],
        "output": "a:b=c",
        "data": {"validation_fraction": 0},
    }
    one = run(experiment, last={"epoch": 2, "loss": 0.5}, best={"epoch": 1, "loss": 0.25}, seconds=1.5)
    assert Condition.read(text).holds(one) is holds


def test_times_compare_as_days_and_as_moments():
    started = datetime.now().astimezone().replace(hour=12)
    one = RunSummary(path=Path("run"), config={"experiment": {}, "started": started.isoformat()})
    day, before = f"{started:%Y-%m-%d}", f"{started - timedelta(days=1):%Y-%m-%d}"
    for text, holds in {
        f"started>={day}": True,
        f"started>{day}": False,
        f"started={day}": True,
        f"started>{before}": True,
        f"started<={before}": False,
        f"started>{day}T11:00": True,
        f"started>{day} 13:00:00": False,
        "started<0001-01-01T00:00:00": False,
        "started>3": False,
    }.items():
        assert Condition.read(text).holds(one) is holds, text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "optimizer.lr",
        "=3",
        "optimizer.=3",
        "[0]=3",
        "a b=3",
        "lr<true",
        "lr<[1]",
        "lr>none",
        '"a=3',
        "a\nb=3",
        "lr<",
        "a= ",
        "a=[1",
        'a="b',
        'a="b" and c=3',
        "a={b",
    ],
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ConditionError, match="expected"):
        Condition.read(text)
