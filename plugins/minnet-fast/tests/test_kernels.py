"""Each kernel computes its formula: against NumPy in float64, for each instruction set that this processor has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from kernel_formulas import (
    FORMULAS,
    add_rows,
    batch_norm,
    gate_of_mish,
    log_soft_max,
    logistic,
    row_norm,
    shifted,
    slope_of_gate,
)

kernels = pytest.importorskip("minnet_fast.kernels")

SIGNATURES = kernels.signatures()
ULP = 2.0**-23

NUMBERS = {
    "scale_shift": (0.7, 0.3),
    **dict.fromkeys(("clip", "keep_between", "keep_beyond"), (-0.3, 0.7)),
    "threshold": (0.1, 20.0),
    "soft_shrink": (0.3,),
    **dict.fromkeys(("scaled_elu", "scaled_elu_back"), (1.7, 1.1, 0.6)),
    **dict.fromkeys(("leaky_relu", "leaky_relu_back"), (0.03,)),
    **dict.fromkeys(("elu", "elu_back"), (0.7,)),
    **dict.fromkeys(("gelu", "gelu_with_slope"), (0.0,)),
    **dict.fromkeys(("batch_norm", "row_norm"), (1e-3,)),
    **dict.fromkeys(("drop", "scaled_mask"), (2.0,)),
    "huber_error": (0.7,),
    "huber_back": (0.7, 0.3),
    "sgd": (0.1, 0.01),
    "sgd_momentum": (0.1, 0.01, 0.9, 1.0),
    "adam": (0.001, 0.01, 0.9, 0.999, 1e-8, 0.999),
    "rmsprop": (0.01, 0.01, 0.99, 1e-8),
    "adagrad": (0.01, 0.01, 1e-10),
    "adadelta": (0.1, 0.01, 0.9, 1e-6),
    "adamax": (0.001, 0.01, 0.9, 0.999, 1e-8),
    "nadam": (0.001, 0.01, 0.9, 0.999, 1e-8, 0.999, 0.0002),
    "lion": (0.001, 0.999, 0.9, 0.99),
    "rprop": (0.5, 1.2, 1e-6, 50.0),
}
SQUARES = {"adam": (3,), "rmsprop": (2,), "adagrad": (2,), "adadelta": (2, 3), "adamax": (3,), "nadam": (3,)}
"""Which operands of an optimizer are sums of squares, and so never negative."""

ELEMENTWISE = [
    name for name, (reads, writes, makes, *_) in SIGNATURES.items() if makes and set(reads + writes) == {"e"}
]
BY_VARIANT = pytest.mark.parametrize("variant", kernels.variants())


@pytest.fixture(autouse=True)
def the_best_variant_again():
    yield
    kernels.use(kernels.variants()[0])


def placed(array, offset):
    """Copy an array to an address that is ``offset`` elements behind a multiple of 64 bytes."""
    room = np.empty(array.nbytes + 128, np.uint8)
    start = -room.ctypes.data % 64 + offset * array.itemsize % 64
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def draw(rng, letter, n, m):
    """Draw an operand: numbers of all sizes, zeros among them, but none that are not finite."""
    shape = {"c": (m,), "r": (n, 1)}.get(letter, (n, m))
    if letter == "i":
        return rng.integers(0, m, n)
    if letter == "j":
        return np.arange(n) * m + rng.integers(0, m, n)
    if letter == "k":
        return rng.random(shape) < 0.5
    if letter in "pq":  # of n rows, and of as many that they are added to, each several times or not at all
        return rng.integers(0, n, n + 3)
    scales = rng.choice([0, 1e-3, 1, 1, 10], shape)
    return (rng.standard_normal(shape) * scales).astype(np.float32)


def operands_of(name, rng, n, m):
    """Draw what an operation reads and changes; where that must be the result of another, it is."""
    reads, writes, makes, *_ = SIGNATURES[name]
    arrays = [draw(rng, letter, n, m) for letter in reads + ("" if makes else writes)]
    if name == "soft_max_back":
        arrays[0] = FORMULAS["soft_max"](arrays[0].astype(float)).astype(np.float32)
    if name in ("log_soft_max_back", "log_soft_max_nll_back"):
        arrays[:2] = (part.astype(np.float32) for part in log_soft_max(arrays[0].astype(float))[1:])
    if name == "row_norm_back":
        arrays[0], arrays[2] = (part.astype(np.float32) for part in row_norm(arrays[0].astype(float), 1e-3))
    if name == "batch_norm_back":
        y, inverse, *_ = batch_norm(arrays[0].astype(float), 1e-3)
        arrays[0], arrays[2] = y.astype(np.float32), inverse.astype(np.float32)
    if reads[0] == "e" and not makes:  # so that nothing cancels in g + decay p
        arrays[0] = np.copysign(arrays[0], arrays[1])
    for place in SQUARES.get(name, ()):
        arrays[place] = np.square(arrays[place])
    if name == "rprop":
        arrays[2:] = np.sign(arrays[2]), np.abs(arrays[3])
    return arrays


def compute(module, name, arrays):
    """Return what an operation writes, as a list; what it changes are copies."""
    reads, _, makes, *_ = SIGNATURES[name]
    read, changed = arrays[: len(reads)], [array.copy() for array in arrays[len(reads) :]]
    result = getattr(module, name)(*read, *NUMBERS.get(name, ()), *changed)
    assert result is not None
    if not makes:
        return changed
    return list(result) if isinstance(result, tuple) else [result]


def expected(name, arrays):
    """Return what the formula says of the same operands, and how large the numbers were that it was made from."""
    reads = SIGNATURES[name][0]
    wide = [array.astype(float) if array.dtype == np.float32 else array for array in arrays]
    numbers = [float(np.float32(number)) for number in NUMBERS.get(name, ())]
    if name in SQUARES or name == "lion":  # which take what the factors are short of 1 in double precision
        numbers = list(NUMBERS[name])

    def formula(operands):
        result = FORMULAS[name](*operands[: len(reads)], *numbers, *operands[len(reads) :])
        return list(result) if isinstance(result, tuple) else [result]

    results = formula(wide)
    return results, [np.abs(result) + size for result, size in zip(results, sizes(name, wide, results), strict=True)]


def sizes(name, wide, results):
    """What the terms of a sum amount to, where they may cancel; 0 where they cannot."""
    x, *others = [np.abs(array) for array in wide]
    if name in ("add_row", "scale_shift_row"):
        return [x + 0 * x + others[-1] + (x * others[0] if len(others) > 1 else 0)]
    if name == "sigmoid_back":
        return [others[0] * x]
    if name == "silu_back":
        return [others[1] * others[0] * (1 + x * (1 + others[0]))]
    if name == "silu_gradient":
        return [others[0] * logistic(wide[0]) * (1 + x * logistic(-wide[0]))]
    if name in ("gelu", "gelu_with_slope"):  # whose density has the error of a square
        return [x**2 * np.abs(results[0]), (wide[0] > 0) + x**2 * (1 + x) * np.exp(-(x**2) / 2)][: len(results)]
    if name == "scale_shift":
        return [0.7 * x + 0.3]
    if name == "soft_shrink":
        return [(results[0] != 0) * x]
    if name == "hard_swish_back":
        return [others[0] * (x / 3 + 0.5)]
    if name == "scaled_elu_back":  # of an exponential, whose argument was rounded
        return [np.abs(results[0]) * x / 0.6]
    if name == "mish_back":
        return [others[0] * (np.abs(gate_of_mish(wide[0])) + x * slope_of_gate(wide[0]))]
    if name in ("column_sums", "column_dots"):
        return [(x * others[0] if others else x).sum(0)]
    if name == "soft_max":
        return [results[0] * np.abs(shifted(wide[0]))]
    if name == "soft_max_back":
        return [x * (others[0] + (x * others[0]).sum(1, keepdims=True))]
    if name == "log_soft_max":
        far = np.abs(shifted(wide[0]))
        return [far + 1, results[1] * far, (results[1] * far).sum(1, keepdims=True)]
    if name == "log_soft_max_back":
        return [others[1] + x * others[1].sum(1, keepdims=True) / others[0]]
    if name == "batch_norm":
        _, inverse, _, variance = results
        spread = np.abs(wide[0] - wide[0][0])
        return [(spread + spread.mean(0)) * inverse, 0 * inverse, spread.mean(0) + 2e-7 * spread.max(0), 0 * variance]
    if name == "row_norm":
        _, inverse = results
        spread = x + x.mean(1, keepdims=True)
        return [spread * inverse, 0 * inverse]
    if name == "row_norm_back":
        g = others[0]
        return [(g + g.mean(1, keepdims=True) + x * (g * x).mean(1, keepdims=True)) * others[1]]
    if name == "batch_norm_back":
        g = others[0]
        return [(g + g.mean(0) + x * (g * x).mean(0)) * others[1]]
    if name in ("nll", "weighted_nll"):
        return [0.0] * len(results) if name == "nll" else [(x * others[0]).sum() / len(x)]
    if name == "log_soft_max_nll_back":
        return [np.full(x.shape, 1 / len(x))]
    if name == "cross_entropy":
        return [(np.abs(shifted(wide[0])).max(1) + 1).mean()]
    if name == "cross_entropy_back":
        return [(1 + np.exp(log_soft_max(wide[0])[0]) * np.abs(shifted(wide[0]))) / len(x)]
    if name == "add_rows":
        return [add_rows(x, wide[1], wide[2], others[2])]
    if not SIGNATURES[name][2]:  # optimizers: g, the parameters, and what they remember
        parameters, *remembered = others
        direction = x + 0.01 * parameters
        step = 0.1 * (direction + sum(remembered))
        if name in SQUARES:
            step = 0.01 * (direction + remembered[0]) / (np.sqrt(results[-1]) + 1e-8)
        return [parameters + step, *[each + direction + direction**2 for each in remembered]]
    return [0.0] * len(results)


BOUNDS = {"elu": 1.6, "elu_back": 2, "soft_plus": 2.6, "soft_plus_back": 3}
BOUNDS |= {"hard_swish": 1.9, "hard_swish_back": 1.2, "scaled_elu": 1.8, "scaled_elu_back": 2.3}
BOUNDS |= {"log_sigmoid": 2.6, "log_sigmoid_back": 2.6, "mish": 3.2, "mish_back": 5.1}
BOUNDS |= {"silu": 1.9, "silu_gradient": 2.5}
BOUNDS |= {"sigmoid": 2.5, "sigmoid_back": 3, "silu_back": 3, "gelu": 6, "gelu_with_slope": 6}
"""Units in the last place; 1 for other elements, and for sums more, the longer they are."""


def check(module, name, rng, n, m, offset=0):
    """Compare an operation with its formula."""
    arrays = [placed(array, offset + k) for k, array in enumerate(operands_of(name, rng, n, m))]
    copies = [array.copy() for array in arrays]
    results = compute(module, name, arrays)
    wanted, scales = expected(name, arrays)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    bound = BOUNDS.get(name, 1 if name in ELEMENTWISE else 4 + 2 * max(n, m) ** 0.5)
    for result, want, scale in zip(results, wanted, scales, strict=True):
        assert np.shape(result) == np.shape(want)
        error = np.abs(result - want) / (ULP * scale + 2.0**-149)
        assert np.max(error) <= bound, f"{name} is wrong by {np.max(error):.3g} units in the last place"


def test_every_operation_has_a_formula_here():
    assert set(FORMULAS) | {"draw_keep"} == set(SIGNATURES)


@BY_VARIANT
@pytest.mark.parametrize("name", FORMULAS)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40), m=st.integers(1, 80), offset=st.integers(0, 15))
@settings(max_examples=10, deadline=None)
def test_a_kernel_computes_its_formula(variant, name, seed, n, m, offset):
    kernels.use(variant)
    check(kernels, name, np.random.default_rng(seed), n, m, offset)


@BY_VARIANT
@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("shape", [(3, 2100), (700, 33), (1, 1), (40, 1024)])
def test_a_kernel_computes_its_formula_of_many_columns_and_of_several_blocks(variant, name, shape):
    kernels.use(variant)
    check(kernels, name, np.random.default_rng(0), *shape)


@BY_VARIANT
@pytest.mark.parametrize("name", FORMULAS)
def test_a_kernel_computes_the_same_at_each_address(variant, name):
    kernels.use(variant)
    arrays = operands_of(name, np.random.default_rng(0), 5, 37)
    first = compute(kernels, name, [placed(array, 0) for array in arrays])
    for offset in range(1, 16):
        for result, other in zip(first, compute(kernels, name, [placed(a, offset) for a in arrays]), strict=True):
            np.testing.assert_array_equal(result, other)


@BY_VARIANT
@pytest.mark.parametrize("name", [name for name in FORMULAS if SIGNATURES[name][2] and SIGNATURES[name][1] in "eb"])
def test_a_result_may_take_the_place_of_what_it_is_made_from(variant, name):
    kernels.use(variant)
    reads = SIGNATURES[name][0]
    arrays = operands_of(name, np.random.default_rng(0), 9, 37)
    (fresh,) = compute(kernels, name, arrays)
    for k, letter in enumerate(reads):
        if letter == SIGNATURES[name][1] and name not in ("batch_norm_back", "nll_back"):
            taken = [array.copy() for array in arrays]
            written = getattr(kernels, name)(*taken, *NUMBERS.get(name, ()), taken[k])
            assert written is taken[k]
            np.testing.assert_array_equal(written, fresh)


@BY_VARIANT
@pytest.mark.parametrize("name", ["column_sums", "column_dots"])
def test_sums_are_added_to_what_is_given(variant, name):
    kernels.use(variant)
    arrays = operands_of(name, np.random.default_rng(0), 300, 70)
    total = np.full(70, 5, np.float32)
    getattr(kernels, name)(*arrays, total)
    np.testing.assert_allclose(total, 5 + FORMULAS[name](*[a.astype(float) for a in arrays]), rtol=1e-4, atol=1e-4)


FORWARD_AND_BACK = ["hard_sigmoid", "hard_swish", "scaled_elu", "log_sigmoid"]
SPECIAL = np.array(
    [0, -0.0, 1e-45, -1e-45, 1e-38, -1e-38, 3e38, -3e38, np.inf, -np.inf, np.nan, 88, -87, -88, -103, -104, -200, 17.5],
    np.float32,
)


@BY_VARIANT
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "soft_plus", "sigmoid", *FORWARD_AND_BACK])
def test_what_is_not_finite_or_tiny_is_as_in_the_formula(variant, name):
    kernels.use(variant)
    x, g = (part.astype(np.float32) for part in np.meshgrid(SPECIAL, [1.0, -2.5, 1e-38]))
    with np.errstate(all="ignore"):
        wide = x.astype(float)
        number = [float(np.float32(each)) for each in NUMBERS.get(name, ())]
        forward = FORMULAS[name](wide, *number).astype(np.float32)
        middle = (wide,) if name == "soft_plus" else ()
        back = FORMULAS[f"{name}_back"](wide, *middle, g.astype(float), *number).astype(np.float32)
    result = getattr(kernels, name)(x, *number)
    np.testing.assert_allclose(result, forward, rtol=4e-7, atol=3e-45)
    computed = getattr(kernels, f"{name}_back")(x, *((x,) if name == "soft_plus" else ()), g, *number)
    is_number = ~np.isnan(x)  # of nan, either is right
    np.testing.assert_allclose(computed[is_number], back[is_number], rtol=4e-7, atol=3e-45)
