"""Whatever JSON is sent, it is answered or refused with a reason; and what is right is answered as it stands."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_serve import RefusedError, Served
from minnet_serve.nested_lists import array_of
from minnet_serve.strict_json import read_json, write_json
from minnet_train import DataError

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["red", "blue", "2024-01-31", "", "NA", "nan", "1", "\ud83d", "2024-13-45"])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["length", "colour", "day", "a", "b", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)
rows = st.fixed_dictionaries({"length": scalars, "colour": scalars, "day": scalars})
requests = (
    anything | rows | st.lists(rows, max_size=3) | st.lists(st.lists(scalars, min_size=2, max_size=3), max_size=3)
)


@pytest.fixture(scope="session")
def served(models) -> Callable[[str], Served]:
    opened: dict[str, Served] = {}

    def run(name: str) -> Served:
        return opened.setdefault(name, opened.get(name) or Served.open(models / f"{name}.safetensors"))

    return run


def tried(ask):
    """Return what is answered, or why nothing is; any other error is one."""
    try:
        return ask(), None
    except (RefusedError, DataError) as error:
        return None, error


@pytest.mark.parametrize("name", ["mixed", "quantiles", "network", "images"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=requests)
def test_any_json_is_answered_or_refused(served, name, value):
    answer, error = tried(lambda: served(name).answer(json.dumps(value).encode()))
    if error is not None:
        assert str(error).isprintable() or "\n" in str(error)
        assert getattr(error, "status", 422) < 500
        assert str(error).startswith(("request", "expected"))
    else:
        read = json.loads(answer, parse_constant=lambda name: pytest.fail(name))
        is_single = isinstance(read, dict)
        assert is_single or len(read) == len(value)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=30) | st.text('[]{}",:.-+eE0123456789 ntfl\\u', max_size=30).map(str.encode))
def test_any_bytes_are_json_or_refused(body):
    value, error = tried(lambda: read_json(body))
    if error is not None:
        assert error.status == 400
    else:
        assert value == json.loads(body)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_answer_to_a_row_does_not_depend_on_how_it_is_written(served, data):
    row = {
        "length": data.draw(st.none() | st.floats(-1e6, 1e6) | st.integers(-1000, 1000)),
        "colour": data.draw(st.sampled_from(["red", "blue", "it's <b>green</b>", None])),
        "day": data.draw(st.dates().map(str) | st.none()),
    }
    names = data.draw(st.permutations([*row, "other"]))
    written = {name: row.get(name, "x") for name in names}
    model = served("mixed")
    expected = model.answer(json.dumps(row).encode())
    assert model.answer(json.dumps(written).encode()) == expected
    assert model.answer(json.dumps([*row.values()]).encode()) == expected
    assert json.loads(model.answer(json.dumps([written]).encode())) == [json.loads(expected)]


@settings(max_examples=100, deadline=None)
@given(
    shape=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
    is_whole=st.booleans(),
)
def test_nested_lists_are_the_array_that_they_are_written_from(shape, seed, is_whole):
    array = np.random.default_rng(seed).normal(size=shape)
    array = array.round() if is_whole else array
    shape = shape[: shape.index(0) + 1] if 0 in shape else shape  # of nothing, no lists tell the rest
    values = array.astype(int).tolist() if is_whole else array.tolist()
    assert np.array_equal(array_of(values), array.reshape(shape))


@given(value=st.recursive(st.floats(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)))
def test_what_is_written_is_strict_json(value):
    json.loads(write_json(value), parse_constant=lambda name: pytest.fail(name))


def test_texts_of_a_batch_mean_what_each_means_alone(served):
    """Categories that are numbers: 1 and "1" are not told apart by what stands beside them, but refused together."""
    with pytest.raises(RefusedError, match="row 2, column 2 .'colour'.: expected a number, as before, received 'red'"):
        served("mixed").answer(b'[[1, 1, null], [1, "red", null]]')


def test_lists_in_lists_are_looked_at_once():
    value: list = [1]
    for _ in range(21):
        value = [value]
    begin = time.thread_time()
    assert array_of(value).shape == (1,) * 22
    assert time.thread_time() - begin < 0.5  # twice at every level takes some millions of looks


@pytest.mark.parametrize("name", ["network", "images"])
@pytest.mark.parametrize("depth", [33, 65, 300])
def test_lists_that_are_deeper_than_an_array_can_be_are_refused(served, name, depth):
    body = b"[" * depth + b"1" + b"]" * depth
    with pytest.raises(RefusedError, match="request: expected lists nested 32 deep at most, received deeper ones"):
        served(name).answer(body)
    assert array_of(json.loads(b"[" * 32 + b"1" + b"]" * 32)).ndim == 32


def test_a_key_that_comes_twice_among_many_is_found_soon():
    body = ("{" + ", ".join(f'"{index}": 0' for index in [*range(15_000), 14_999]) + "}").encode()
    begin = time.thread_time()
    with pytest.raises(RefusedError, match="expected each name once in an object, received '14999' twice"):
        read_json(body)
    assert time.thread_time() - begin < 0.7  # comparing each with each takes seconds
