from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Sequential
from minnet_core.registry import layers
from minnet_layers import Embedding
from minnet_layers.lookups.groups import Groups


def test_each_index_has_its_row():
    layer, x = Embedding(5, 3, rng=0), np.array([[4, 0], [1, 4]])
    output = layer.forward(x)
    assert output.shape == (2, 2, 3)
    assert output.dtype == np.float32
    for place in np.ndindex(x.shape):
        np.testing.assert_array_equal(output[place], layer.W[x[place]])


def test_the_rows_start_as_standard_normal_numbers_but_that_for_padding():
    layer = Embedding(200, 50, padding_idx=-2, rng=0)
    assert layer.padding_idx == 198
    others = np.delete(layer.W, 198, axis=0)
    assert not layer.W[198].any()
    assert abs(others.mean()) < 0.05
    assert abs(others.std() - 1) < 0.05
    layer.reset(rng=1)
    assert not layer.W[198].any()
    layer.reset("Xavier", rng=1)
    assert np.abs(layer.W).max() <= np.float32((6 / 250) ** 0.5)


def test_what_comes_back_to_an_index_adds_up_and_padding_gets_nothing():
    layer, x = Embedding(4, 2, padding_idx=1, dtype=np.float64), np.array([[3, 1, 3], [0, 3, 1]])
    gradient, g = layer.gradW, np.arange(12.0).reshape(2, 3, 2)
    for _ in range(2):
        gradInput = layer.backward(x, g)
    assert not gradInput.any()
    np.testing.assert_array_equal(gradient, 2 * np.array([g[1, 0], [0, 0], [0, 0], g[0, 0] + g[0, 2] + g[1, 1]]))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.uint64, np.bool_, np.float32, np.float64])
def test_whole_numbers_of_any_dtype_are_indices(dtype):
    layer, x = Embedding(5, 3, rng=0), np.array([[1, 0], [0, 1]])
    expected, g = layer.forward(x), np.ones((2, 2, 3), np.float32)
    np.testing.assert_array_equal(layer.forward(x.astype(dtype)), expected)
    gradInput = layer.backward(x.astype(dtype), g)
    assert gradInput.dtype == (dtype if np.dtype(dtype).kind == "f" else np.float32)
    np.testing.assert_array_equal(layer.gradW[:, 0], [2, 2, 0, 0, 0])


@pytest.mark.parametrize(
    ("input", "error", "message"),
    [
        (np.array([[0, 1], [5, 2]]), IndexError, r"expected indices from 0 to 4, received 5 at input\[1, 0\]"),
        (np.array([0, -1]), IndexError, r"expected indices from 0 to 4, received -1 at input\[1\]"),
        (np.array([0, 2**64 - 1], np.uint64), IndexError, r"received 18446744073709551615 at input\[1\]"),
        (np.array([0.0, 1.5]), TypeError, r"expected whole numbers as indices, received 1.5 at input\[1\]"),
        (np.array([[np.nan]]), TypeError, r"received nan at input\[0, 0\]"),
        (np.array([np.inf]), IndexError, r"received inf at input\[0\]"),
        (np.array([1j]), TypeError, "expected indices, integers from 0 to 4, received "),
    ],
)
def test_what_is_no_index_is_refused_by_name_and_place_and_nothing_changes(input, error, message):
    layer = Embedding(5, 3)
    for call in (layer.forward, lambda x: layer.accGradParameters(x, np.ones((*x.shape, 3)))):
        with pytest.raises(error, match=f"Embedding 5 x 3: .*{message}"):
            call(input)
    assert not layer.gradW.any()


def test_a_dtype_that_cannot_tell_all_rows_apart_is_refused():
    layer = Embedding(2049, 1)
    with pytest.raises(TypeError, match="expected integers, since float16 cannot tell 2049 rows apart"):
        layer.forward(np.zeros(3, np.float16))
    assert Embedding(2048, 1).forward(np.zeros(3, np.float16)).shape == (3, 1)


def test_torch7_calls_it_a_lookup_table():
    assert layers["LookupTable"] is layers["Embedding"] is Embedding


def test_an_empty_batch_has_empty_results():
    layer = Embedding(5, 3)
    x = np.zeros((0, 4), int)
    assert layer.forward(x).shape == (0, 4, 3)
    assert layer.backward(x, np.zeros((0, 4, 3))).shape == (0, 4)


def test_a_note_says_in_which_layer_an_index_was_wrong():
    with pytest.raises(IndexError) as caught:
        Sequential(Embedding(5, 3)).forward(np.array([[7]]))
    assert "in Sequential[0]" in caught.value.__notes__[0]


KEYS = st.one_of(
    st.lists(st.integers(0, 9), max_size=60),
    st.lists(st.sampled_from([0, 0, 0, 0, 0, 0, 1, 1, 1, 7]), max_size=60),  # some far more frequent than others
)


@settings(deadline=None, max_examples=60)
@given(keys=KEYS, bound=st.sampled_from([10, 100_000]), without=st.sampled_from([None, 0, 3]), is_routed=st.booleans())
def test_groups_of_rows_have_the_sums_and_the_maxima_of_each_key(keys, bound, without, is_routed):
    rng = np.random.default_rng(0)
    keys = np.array(keys, int)
    rows = rng.integers(-9, 9, (7 if is_routed else len(keys), 2)).astype(float)
    sources = rng.integers(0, 7, len(keys)) if is_routed else np.arange(len(keys))
    groups = Groups.of(keys, bound, sources if is_routed else None, without=without)
    assert sorted(groups.keys) == sorted({*keys.tolist()} - {without})
    sums, maxima = groups.sums(rows), groups.maxima(rows)
    winners = groups.winners(rows, maxima)
    assert len(sums) == len(maxima) == len(groups.keys)
    for place, key in enumerate(groups.keys):
        members = sources[keys == key]
        np.testing.assert_array_equal(sums[place], rows[members].sum(axis=0))
        np.testing.assert_array_equal(maxima[place], rows[members].max(axis=0))
        np.testing.assert_array_equal(winners[place], members[rows[members].argmax(axis=0)])


@pytest.mark.parametrize("keys", [np.zeros(10_000, int), np.arange(10_000) % 100, np.arange(10_000) ** 2 % 9973])
def test_the_steps_of_a_sum_are_no_more_than_twice_the_root_of_the_places(keys):
    groups = Groups.of(keys, 10_000)
    assert len([*groups._rounds()]) + len([*groups._rest()]) <= 200


def test_a_gradient_of_half_precision_is_summed_in_float32():
    layer = Embedding(3, 1, dtype=np.float16)
    layer.accGradParameters(np.zeros(8192, int), np.full((8192, 1), 2**-4, np.float16))
    np.testing.assert_array_equal(layer.gradW, [[512], [0], [0]])


def test_tables_of_more_rows_than_16_bits_can_count():
    layer, x = Embedding(70_000, 1, dtype=np.float64), np.array([0, 65_536, 1, 65_537, 0, 65_536, 69_999])
    layer.accGradParameters(x, np.ones((7, 1)))
    expected = np.zeros((70_000, 1))
    np.add.at(expected, x, 1)
    np.testing.assert_array_equal(layer.gradW, expected)
