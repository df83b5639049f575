from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as nps

from minnet_train import CheckpointError
from minnet_train.runs.checkpoint_file import flatten, unflatten

DTYPES = st.sampled_from(["?", "<i8", ">i4", "<u8", "<f2", "<f4", ">f8"]).map(np.dtype)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ARRAYS = nps.arrays(DTYPES, nps.array_shapes(min_dims=0, min_side=0, max_side=3))
SCALARS = st.integers(-5, 5).map(np.int64) | st.floats(width=32).map(np.float32) | st.booleans().map(np.bool_)
STATES = st.dictionaries(
    st.text(),
    st.recursive(
        PLAIN | ARRAYS | SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ),
    max_size=4,
)


def same(one, other):
    """Equal in every bit, type and dtype, but for byte order."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        native = one.astype(one.dtype.newbyteorder("="))
        return (type(other), other.dtype, other.shape, other.tobytes()) == (
            np.ndarray,
            native.dtype,
            native.shape,
            native.tobytes(),
        )
    if isinstance(one, np.generic):
        return type(one) is type(other) and one.tobytes() == other.tobytes()
    return type(one) is type(other) and repr(one) == repr(other)


@given(STATES)
def test_a_state_that_is_taken_apart_is_put_together_again(state):
    assert same(state, unflatten(flatten(state)))


def test_an_array_is_named_by_a_json_pointer():
    assert list(flatten({"a/b": [{"m~n": np.zeros(1)}]}).arrays) == ["/a~1b/0/m~0n"]


def test_two_places_never_have_one_name():
    assert len(flatten({"a": {"b": np.zeros(1)}, "a/b": np.ones(1), "a~1b": np.ones(2)}).arrays) == 3


def test_a_tuple_becomes_a_list():
    assert unflatten(flatten({"betas": (0.9, 0.999)})) == {"betas": [0.9, 0.999]}


def test_an_array_keeps_its_values_whatever_its_layout():
    transposed = np.arange(6.0).reshape(2, 3).T
    stored = flatten({"W": transposed}).arrays["/W"]
    assert stored.flags.c_contiguous
    assert np.array_equal(stored, transposed)


def test_a_numpy_scalar_stays_one():
    lr = unflatten(flatten({"lr": np.float32(0.1)}))["lr"]
    assert type(lr) is np.float32
    assert lr == np.float32(0.1)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ([1], "expected a state that is a dict, received list"),
        ({"model": {"0": {1, 2}}}, "/model/0: expected an array or what JSON can hold, received {1, 2}"),
        ({"a": [b"x"]}, "/a/0: expected an array or what JSON can hold, received b'x'"),
        ({"a": {3: 4}}, "/a: expected keys that are texts, received 3"),
        ({3: 4}, "state: expected keys that are texts, received 3"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place(state, message):
    with pytest.raises(CheckpointError) as caught:
        flatten(state)
    assert str(caught.value) == message


def test_an_array_without_a_place_is_an_error():
    parts = flatten({"a": np.zeros(1)})
    parts.arrays["/b"] = np.zeros(1)
    with pytest.raises(CheckpointError, match="/b: expected a place for this array"):
        unflatten(parts)
