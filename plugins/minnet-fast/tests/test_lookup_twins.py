"""Twins of lookups, of losses that share a kernel, and of swapped axes compute what their base classes do, in C."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minnet_criterions
import minnet_layers
import minnet_tables
from minnet_core.testing import examine_acceleration

kernels = pytest.importorskip("minnet_fast.kernels")
from minnet_fast import accelerate  # noqa: E402
from minnet_fast.twins import tables  # noqa: E402


def draw(shape, seed=0, dtype=np.float32):
    return (2 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)


def pair(make):
    return make(), accelerate(make())


def counted(name, call):
    """Return how often a kernel computed something meanwhile, and what the call returned."""
    before = kernels.counts()[name]
    result = call()
    return kernels.counts()[name] - before, result


def outcome(call):
    """Return what a call returns, or what it raises, in a form that can be compared."""
    try:
        result = call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return result


def run(layer, x):
    output = layer.forward(x)
    g = draw(output.shape, 1, output.dtype)
    gradInput = layer.backward(x, g)
    layer.backward(x, g)
    return [output, *(gradInput if isinstance(gradInput, tuple) else (gradInput,)), *layer.getGradParameters()]


def expect_alike(results, wanted):
    for result, other in zip(results, wanted, strict=True):
        assert result.dtype == other.dtype
        np.testing.assert_allclose(result, other, rtol=1e-5, atol=1e-5)


RNG = np.random.default_rng(0)
INDICES = {
    "matrix": RNG.integers(0, 7, (5, 4)),
    "unsigned": RNG.integers(0, 7, (5, 4)).astype(np.uint8),
    "strided": RNG.integers(0, 7, (5, 8))[:, ::2],
    "all padding": np.full((3, 2), 2),
    "all alike": np.full((40, 2), 5),
}
OFFSETS = {
    "bags": (RNG.integers(0, 7, 9), np.array([0, 2, 2, 7])),
    "an empty end": (RNG.integers(0, 7, 3), np.array([0, 3], np.uint16)),
}
PADDING = pytest.mark.parametrize("padding", [None, 2, -1])


@PADDING
@pytest.mark.parametrize("kind", INDICES)
def test_an_embedding_adds_its_gradients_in_c(kind, padding):
    layer, twin = pair(lambda: minnet_layers.Embedding(7, 3, padding, rng=0))
    count, results = counted("add_rows", lambda: run(twin, INDICES[kind]))
    assert count == 2
    expect_alike(results, run(layer, INDICES[kind]))


@PADDING
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("kind", [*INDICES, *OFFSETS])
def test_bags_are_added_in_c(kind, mode, padding):
    layer, twin = pair(lambda: minnet_layers.EmbeddingBag(7, 3, mode, padding, rng=0))
    x = (INDICES | OFFSETS)[kind]
    count, results = counted("add_rows", lambda: run(twin, x))
    assert count == (0 if mode == "max" else 3)
    expect_alike(results, run(layer, x))


@given(
    rows=st.lists(st.integers(0, 4), max_size=30),
    cuts=st.lists(st.integers(0, 30), min_size=0, max_size=5),
    mode=st.sampled_from(["sum", "mean"]),
)
@settings(max_examples=50, deadline=None)
def test_bags_of_any_lengths_are_those_of_the_layer(rows, cuts, mode):
    x = np.array(rows, int), np.array([0, *sorted(min(cut, len(rows)) for cut in cuts)])
    layer, twin = pair(lambda: minnet_layers.EmbeddingBag(5, 3, mode, rng=0))
    expect_alike(run(twin, x), run(layer, x))


@pytest.mark.parametrize(
    "x",
    [
        np.array([[0, 7]]),
        np.array([[0, -1]]),
        np.array([[0.5, 1]]),
        np.array([3]),
        [[1, 2]],
        (np.array([1, 2]), np.array([1])),
        (np.array([1, 2]), np.array([0, 2, 1])),
        (np.array([1, 2]), np.array([0, 3])),
        (np.array([1, 2]), np.array([], int)),
        (np.array([1, 2]),),
        np.array([[2**63 + 1]], np.uint64),
    ],
    ids=repr,
)
@pytest.mark.parametrize("make", [minnet_layers.Embedding, minnet_layers.EmbeddingBag])
def test_what_the_layer_refuses_is_refused_alike_and_changes_nothing(make, x):
    outcomes = []
    for each in pair(lambda: make(7, 3, rng=0)):
        outcomes.append([repr(outcome(lambda each=each: each.forward(x)))])
        g = draw((*np.shape(x), 3) if make is minnet_layers.Embedding and not isinstance(x, tuple) else (2, 3))
        outcomes[-1].append(repr(outcome(lambda each=each, g=g: each.accGradParameters(x, g))))
        if "Error" in outcomes[-1][1]:
            assert not each.gradW.any()
    assert outcomes[0] == outcomes[1]


def test_a_gradient_of_another_shape_or_dtype_is_the_layers():
    for make in (minnet_layers.Embedding, minnet_layers.EmbeddingBag):
        layer, twin = pair(lambda make=make: make(7, 3, rng=0))
        x = INDICES["matrix"]
        shape = layer.forward(x).shape
        twin.forward(x)
        for each in (layer, twin):
            with pytest.raises(ValueError, match="gradOutput"):
                each.accGradParameters(x, draw(shape)[1:])
            each.accGradParameters(x, draw(shape, dtype=np.float64))
        np.testing.assert_array_equal(layer.gradW, twin.gradW)
        for each in (layer, twin):
            each.gradW = each.gradW[:, :2]
            with pytest.raises(ValueError, match="gradW"):
                each.accGradParameters(x, draw(shape))


LOSSES = {
    "huber": lambda: minnet_criterions.HuberCriterion(0.7),
    "huber of elements": lambda: minnet_criterions.HuberCriterion(0.7, mean="elements"),
    "smooth": lambda: minnet_criterions.SmoothL1Criterion(0.3),
    "smooth of elements": lambda: minnet_criterions.SmoothL1Criterion(0.3, mean="elements"),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(5, 3), (7,), (2, 3, 700)])
def test_huber_losses_are_computed_in_c(name, shape):
    criterion, twin = pair(LOSSES[name])
    x, target = draw(shape), draw(shape, 1)
    count, loss = counted("huber_error", lambda: twin.forward(x, target))
    assert count == 1
    assert type(loss) is float
    assert loss == pytest.approx(criterion.forward(x, target), rel=2e-6)
    count, gradient = counted("huber_back", lambda: twin.backward(x, target))
    assert count == 1
    expect_alike([gradient], [criterion.backward(x, target)])


@pytest.mark.parametrize("beta", [0.0, 1e-40, 1e-300])
def test_a_beta_that_float32_cannot_divide_by_is_left_to_the_layer(beta):
    criterion, twin = pair(lambda: minnet_criterions.SmoothL1Criterion(beta))
    x, target = draw((5, 3)), draw((5, 3), 1)
    assert twin.forward(x, target) == criterion.forward(x, target)
    np.testing.assert_array_equal(twin.backward(x, target), criterion.backward(x, target))


@pytest.mark.parametrize("name", LOSSES)
def test_targets_that_do_not_fit_are_the_error_of_the_criterion(name):
    x = draw((5, 3))
    for target in (draw((5, 2)), draw(5), None):
        outcomes = [
            [repr(outcome(lambda each=each, m=m, t=target: getattr(each, m)(x, t))) for m in ("forward", "backward")]
            for each in pair(LOSSES[name])
        ]
        assert outcomes[0] == outcomes[1]
        assert "Error" in outcomes[0][0]


@pytest.mark.parametrize("m", [1, 2, 5, 40])
def test_cross_entropy_of_classes_is_computed_in_c(m):
    criterion, twin = pair(minnet_criterions.CrossEntropyCriterion)
    x, classes = 20 * draw((6, m)), np.random.default_rng(1).integers(0, m, 6)
    count, loss = counted("cross_entropy", lambda: twin.forward(x, classes))
    assert count == 1
    assert loss == pytest.approx(criterion.forward(x, classes), rel=2e-6, abs=2e-6)
    expect_alike([twin.backward(x, classes)], [criterion.backward(x, classes)])


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ({}, np.array([0, -100, 2])),
        ({"ignore_index": 1}, np.array([0, 1, 2])),
        ({"weights": [1.0, 2.0, 3.0]}, np.array([0, 1, 2])),
        ({"label_smoothing": 0.1}, np.array([0, 1, 2])),
        ({}, np.eye(3, dtype=np.float32)),
        ({}, np.array([0, 1, 3])),
        ({}, np.array([0, 1])),
    ],
)
def test_other_cross_entropies_are_those_of_the_criterion(options, target):
    x = draw((3, 3))
    outcomes = []
    for each in pair(lambda: minnet_criterions.CrossEntropyCriterion(**options)):
        outcomes.append([repr(outcome(lambda each=each, m=m: getattr(each, m)(x, target))) for m in PASSES])
    assert outcomes[0] == outcomes[1]


PASSES = ("forward", "backward")


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_cross_entropy_of_what_is_not_finite_is_that_of_the_criterion(special):
    x, classes = draw((4, 40)), np.array([0, 1, 2, 3])
    x[1, 7] = x[2, 2] = special
    criterion, twin = pair(minnet_criterions.CrossEntropyCriterion)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(twin.forward(x, classes), criterion.forward(x, classes), rtol=2e-6)
        expect_alike([twin.backward(x, classes)], [criterion.backward(x, classes)])


SWAPS = {
    "two": ((0, 1), (5, 40), 2),
    "the last two": ((1, 2), (3, 17, 33), 2),
    "channels last": ((0, 2, 3, 1), (3, 4, 5, 6), 2),
    "the first to the end": ((1, 2, 0), (3, 4, 5), 2),
    "the first two of three": ((0, 1), (3, 4, 5), 0),
    "all turned round": ((2, 1, 0), (3, 4, 5), 0),
    "an axis with itself": ((1, 1), (3, 4), 0),
}


@pytest.mark.parametrize("kind", SWAPS)
def test_axes_that_change_places_with_the_last_ones_are_swapped_in_c(kind):
    axes, shape, expected = SWAPS[kind]
    layer, twin = pair(lambda: minnet_tables.Transpose(*axes))
    x = draw(shape)
    g = draw(layer.forward(x).shape, 1)
    count, results = counted("transposed", lambda: (twin.forward(x), twin.backward(x, g)))
    assert count == expected
    for result, wanted in zip(results, (layer.forward(x), layer.backward(x, g)), strict=True):
        np.testing.assert_array_equal(result, wanted, strict=True)
        assert result.flags.c_contiguous
        assert not np.shares_memory(result, x)


@pytest.mark.parametrize("x", [np.arange(6).reshape(2, 3), draw((2, 3)).T, draw((2, 3), dtype=float), draw((0, 3))])
def test_other_arrays_are_left_to_the_layer(x):
    layer, twin = pair(lambda: minnet_tables.Transpose(0, 1))
    g = layer.forward(x).copy()
    count, results = counted("transposed", lambda: (twin.forward(x), twin.backward(x, g)))
    np.testing.assert_array_equal(results[0], layer.forward(x), strict=True)
    np.testing.assert_array_equal(results[1], layer.backward(x, g), strict=True)
    assert count == (1 if x.dtype == np.float32 and x.size else 0)  # a copy of a transposed array is contiguous


@pytest.mark.parametrize("twin", tables.TWINS.values(), ids=lambda twin: twin.__name__)
def test_a_twin_is_as_accurate_at_any_size_and_place_and_is_reached(twin):
    found = examine_acceleration(twin)
    assert found.problems == ()
    assert found.reached > 0
