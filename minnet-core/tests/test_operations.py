"""Every operation computes what its docstring says, also where a result takes the memory of an operand."""

import math

import numpy as np
import pytest

from minnet_core.compilation import Late, Scratch, operations as o
from minnet_core.nn import keep_mask

RNG = np.random.default_rng(0)
X, G, T = RNG.normal(size=(3, 6, 4))
A, B = RNG.normal(size=(2, 4))
CLASSES = RNG.integers(0, 4, 6)
SHIFTED = np.exp(X - X.max(1, keepdims=True))
SUMS = SHIFTED.sum(1)
SOFT = SHIFTED / SUMS[:, np.newaxis]
LOG = np.log(SOFT)
ONE_HOT = np.eye(4)[CLASSES]
KEEP = G > 0
NORMAL = (X - X.mean(0)) / np.sqrt(X.var(0) + 0.1)
INVERSE = 1 / np.sqrt(X.var(0) + 0.1)
ROWS = (X - X.mean(1, keepdims=True)) / np.sqrt(X.var(1, keepdims=True) + 0.1)
ROW_INVERSE = 1 / np.sqrt(X.var(1) + 0.1)
RMS_INVERSE = 1 / np.sqrt((X * X).mean(1) + 0.1)
RMS = X * RMS_INVERSE[:, np.newaxis]
IGNORED = int(CLASSES[2])
KEPT = CLASSES != IGNORED
SHARES = KEPT / KEPT.sum()
PLACES = np.arange(0, 24, 4) + np.where(KEPT, CLASSES, 0)
PROBABILITIES = RNG.random((6, 4))
SIGMOID = 1 / (1 + np.exp(-X))
STEP = np.where(X > 0, 1.0, 0.0)
SIGMOID = 1 / (1 + np.exp(-X))
NORMAL_BELOW = np.vectorize(math.erfc)(-X / math.sqrt(2)) / 2
NORMAL_SLOPE = NORMAL_BELOW + X * np.exp(-X * X / 2) / math.sqrt(2 * math.pi)
TANH = np.tanh(math.sqrt(2 / math.pi) * (X + 0.044715 * X**3))
MISH_SLOPE = np.tanh(np.logaddexp(0, X)) + X * SIGMOID / np.cosh(np.logaddexp(0, X)) ** 2
TANH_SLOPE = (1 + TANH + X * (1 - TANH**2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * X * X)) / 2


def refuse(x, classes):
    raise ValueError(f"refused {classes}")


def cubes(x, target, h):
    h[...] = 3 * (x - target) ** 2
    return ((x - target) ** 3).sum()


CASES = [
    (o.product, (X, G.T), {}, (X @ G.T,)),
    (o.product, (X.T, G), {}, (X.T @ G,)),
    (o.add, (X, G), {}, (X + G,)),
    (o.multiply, (X, G), {}, (X * G,)),
    (o.add_row, (X, B), {}, (X + B,)),
    (o.scale_row, (X, A), {}, (X * A,)),
    (o.scale_shift_row, (X, A, B), {}, (X * A + B,)),
    (o.column_sums, (X,), {}, (X.sum(0),)),
    (o.column_dots, (X, G), {}, ((X * G).sum(0),)),
    (o.relu, (X,), {}, (np.maximum(X, 0),)),
    (o.relu_back, (np.maximum(X, 0), G), {}, (G * STEP,)),
    (o.negative_part, (X,), {}, (np.minimum(X, 0),)),
    (o.prelu, (X, A), {}, (np.where(X > 0, X, A * X),)),
    (o.prelu_back, (X, A, G), {}, (G * np.where(X > 0, 1, A),)),
    (o.leaky_relu, (X,), {"slope": 0.1}, (np.where(X > 0, X, 0.1 * X),)),
    (o.leaky_relu, (X,), {"slope": 1.5}, (np.where(X > 0, X, 1.5 * X),)),
    (o.leaky_relu, (X,), {"slope": 0.0}, (np.maximum(X, 0),)),
    (o.leaky_relu_back, (X, G), {"slope": 0.1}, (G * np.where(X > 0, 1, 0.1),)),
    (o.elu, (X,), {"alpha": 1.0}, (np.where(X > 0, X, np.expm1(X)),)),
    (o.elu, (X,), {"alpha": 0.5}, (np.where(X > 0, X, 0.5 * np.expm1(X)),)),
    (o.elu_back, (X, G), {"alpha": 1.0}, (G * np.where(X > 0, 1, np.exp(X)),)),
    (o.elu_back, (X, G), {"alpha": 0.5}, (G * np.where(X > 0, 1, 0.5 * np.exp(X)),)),
    (o.apply, (X,), {"function": np.square}, (X * X,)),
    (o.divide, (X, G), {}, (X / G,)),
    (o.scale_shift, (X,), {"scale": 3.0, "shift": 0.5}, (3 * X + 0.5,)),
    (o.scale_shift, (X,), {"scale": -1.0, "shift": 0.0}, (-X,)),
    (o.clip, (X,), {"low": -0.5, "high": 0.8}, (np.minimum(np.maximum(X, -0.5), 0.8),)),
    (o.keep_between, (X, G), {"low": -0.5, "high": 0.8}, (np.where((X > -0.5) & (X < 0.8), G, 0),)),
    (o.keep_beyond, (X, G), {"low": -0.5, "high": 0.8}, (np.where((X > -0.5) & (X < 0.8), 0, G),)),
    (o.threshold, (X,), {"threshold": 0.1, "value": 20.0}, (np.where(X > 0.1, X, 20),)),
    (o.soft_shrink, (X,), {"lambd": 0.5}, (np.sign(X) * np.maximum(np.abs(X) - 0.5, 0),)),
    (o.mish, (X,), {}, (X * np.tanh(np.logaddexp(0, X)),)),
    (o.mish_back, (X, G), {}, (G * MISH_SLOPE,)),
    (o.sigmoid, (X,), {}, (SIGMOID,)),
    (o.sigmoid_back, (SIGMOID, G), {}, (G * SIGMOID * (1 - SIGMOID),)),
    (o.silu_back, (X, SIGMOID, G), {}, (G * SIGMOID * (1 + X * (1 - SIGMOID)),)),
    (o.tanh, (X,), {}, (np.tanh(X),)),
    (o.tanh_back, (np.tanh(X), G), {}, (G / np.cosh(X) ** 2,)),
    (o.gelu, (X,), {"approximate": "none"}, (X * NORMAL_BELOW,)),
    (o.gelu, (X,), {"approximate": "tanh"}, (X * (1 + TANH) / 2,)),
    (o.gelu_with_slope, (X,), {"approximate": "none"}, (X * NORMAL_BELOW, NORMAL_SLOPE)),
    (o.gelu_with_slope, (X,), {"approximate": "tanh"}, (X * (1 + TANH) / 2, TANH_SLOPE)),
    (o.soft_plus, (X,), {}, (np.logaddexp(0, X),)),
    (o.soft_plus_back, (X, np.logaddexp(0, X), G), {}, (G / (1 + np.exp(-X)),)),
    (o.soft_max, (X,), {}, (SOFT,)),
    (o.soft_max_back, (SOFT, G), {}, (SOFT * (G - (SOFT * G).sum(1, keepdims=True)),)),
    (o.log_soft_max, (X,), {}, (LOG, SHIFTED, SUMS)),
    (o.log_soft_max_back, (SHIFTED, SUMS, G), {}, (G - SOFT * G.sum(1, keepdims=True),)),
    (o.log_soft_max_nll_back, (SHIFTED, SUMS, np.arange(0, 24, 4) + CLASSES), {}, ((SOFT - ONE_HOT) / 6,)),
    (o.batch_norm, (X,), {"eps": 0.1}, (NORMAL, INVERSE, X.mean(0), X.var(0))),
    (
        o.batch_norm_back,
        (NORMAL, G, INVERSE),
        {},
        ((G - G.mean(0) - NORMAL * (NORMAL * G).mean(0)) * INVERSE,),
    ),
    (o.layer_norm, (X,), {"eps": 0.1}, (ROWS, ROW_INVERSE)),
    (
        o.layer_norm_back,
        (ROWS, G, ROW_INVERSE),
        {},
        ((G - G.mean(1, keepdims=True) - ROWS * (ROWS * G).mean(1, keepdims=True)) * ROW_INVERSE[:, np.newaxis],),
    ),
    (o.rms_norm, (X,), {"eps": 0.1}, (RMS, RMS_INVERSE)),
    (
        o.rms_norm_back,
        (RMS, G, RMS_INVERSE),
        {},
        ((G - RMS * (RMS * G).mean(1, keepdims=True)) * RMS_INVERSE[:, np.newaxis],),
    ),
    (o.drop, (X, KEEP), {"scale": 2.0}, (X * KEEP * 2,)),
    (o.nll, (LOG, CLASSES), {"refuse": refuse}, (-(LOG * ONE_HOT).sum() / 6, np.arange(0, 24, 4) + CLASSES)),
    (o.nll_back, (np.arange(0, 24, 4) + CLASSES, X), {}, (-ONE_HOT / 6,)),
    (o.weighted_nll, (LOG, ONE_HOT), {"total": np.vdot}, (-(LOG * ONE_HOT).sum() / 6,)),
    (o.weighted_nll_back, (ONE_HOT,), {}, (-ONE_HOT / 6,)),
    (
        o.kept_nll,
        (LOG, CLASSES),
        {"ignored": IGNORED, "refuse": refuse},
        (-(LOG * ONE_HOT)[KEPT].sum() / KEPT.sum(), PLACES, SHARES),
    ),
    (
        o.kept_nll,
        (LOG, CLASSES),
        {"ignored": -100, "refuse": refuse},
        (-(LOG * ONE_HOT).sum() / 6, np.arange(0, 24, 4) + CLASSES, np.full(6, 1 / 6)),
    ),
    (
        o.log_soft_max_kept_nll_back,
        (SHIFTED, SUMS, PLACES, SHARES),
        {},
        ((SOFT - ONE_HOT) * SHARES[:, np.newaxis],),
    ),
    (
        o.bce_with_logits,
        (X, PROBABILITIES),
        {"share": 0.5},
        (
            (SIGMOID - PROBABILITIES) / 2,
            -(PROBABILITIES * np.log(SIGMOID) + (1 - PROBABILITIES) * np.log(1 - SIGMOID)).sum() / 2,
        ),
    ),
    (o.mse, (X, T), {}, (2 * (X - T) / 6, ((X - T) ** 2).sum() / 6)),
    (o.elementwise_loss, (X, T), {"compute": cubes}, (3 * (X - T) ** 2, ((X - T) ** 3).sum())),
]
IMAGES = RNG.normal(size=(2, 3, 4, 2))
WEIGHTS = RNG.normal(size=(3, 2, 2, 2))
SLOPES = RNG.normal(size=(3, 2, 3, 2))
PLAIN = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1)}
PAIRS = {"window": (1, 2), "stride": (1, 2), "padding": (0, 0), "dilation": (1, 1)}
LARGEST = np.maximum(IMAGES[:, :, ::2], IMAGES[:, :, 1::2])
SHARES = RNG.normal(size=LARGEST.shape)


def met(i, j):
    """What the number ``i, j`` of a kernel of 2 x 2 meets."""
    return IMAGES[:, i : i + 2, j : j + 3]


def spread():
    gradient = np.zeros_like(IMAGES)
    for i, j in np.ndindex(2, 2):
        gradient[:, i : i + 2, j : j + 3] += np.tensordot(WEIGHTS[:, :, i, j], SLOPES, (0, 0))
    return gradient


def beside(first, second):
    """Columns by turns."""
    return np.stack([first, second], 3).reshape(IMAGES.shape)


CASES += [
    (o.batch_last, (IMAGES,), {}, (np.moveaxis(IMAGES, 0, -1),)),
    (o.batch_first, (IMAGES,), {}, (np.moveaxis(IMAGES, -1, 0),)),
    (
        o.convolution,
        (IMAGES, WEIGHTS, B[:3]),
        PLAIN,
        (sum(np.tensordot(WEIGHTS[:, :, i, j], met(i, j), 1) for i, j in np.ndindex(2, 2)) + B[:3, None, None, None],),
    ),
    (o.convolution_back, (SLOPES, WEIGHTS), PLAIN, (spread(),)),
    (
        o.convolution_weights,
        (IMAGES, SLOPES),
        PLAIN,
        (
            np.array([np.einsum("orqn,crqn->oc", SLOPES, met(i, j)) for i, j in np.ndindex(2, 2)])
            .transpose(1, 2, 0)
            .reshape(WEIGHTS.shape),
        ),
    ),
    (o.channel_sums, (SLOPES,), {}, (SLOPES.sum((1, 2, 3)),)),
    (o.max_pool, (IMAGES,), PAIRS, (LARGEST,)),
    (
        o.max_pool_back,
        (IMAGES, LARGEST, SHARES),
        PAIRS,
        (beside(SHARES * (IMAGES[:, :, ::2] == LARGEST), SHARES * (IMAGES[:, :, 1::2] == LARGEST)),),
    ),
    (o.average_pool, (IMAGES,), PAIRS | {"counts_padding": True}, ((IMAGES[:, :, ::2] + IMAGES[:, :, 1::2]) / 2,)),
    (o.average_pool_back, (SHARES,), PAIRS | {"counts_padding": True}, (beside(SHARES / 2, SHARES / 2),)),
]
IDS = [f"{index}-{case[0].name}" for index, case in enumerate(CASES)]


def execute(operation, operands, results, numbers, **more):
    scratch = {"scratch": Scratch()} if operation.takes_scratch else {}
    for call in operation.calls(*operands, *results, **numbers, **scratch, **more):
        call()


def fresh(operation, expected):
    dtypes = operation.dtypes or (None,) * len(expected)
    return [np.full(np.shape(one), 7, dtype or np.float64) for one, dtype in zip(expected, dtypes, strict=False)]


def test_every_operation_has_a_case():
    names = {name for name in o.__all__ if name not in ("call", "draw_keep")}
    assert names == {operation.name for operation, *_ in CASES}


@pytest.mark.parametrize(("operation", "operands", "numbers", "expected"), CASES, ids=IDS)
def test_results_are_those_of_the_formula_and_operands_stay(operation, operands, numbers, expected):
    before = [operand.copy() for operand in operands]
    results = fresh(operation, expected)
    execute(operation, operands, results, numbers)
    for result, wanted in zip(results, expected, strict=False):
        np.testing.assert_allclose(result, wanted, 1e-12, 1e-12)
    assert all(map(np.array_equal, operands, before))


@pytest.mark.parametrize(
    ("operation", "operands", "numbers", "expected"),
    [case for case in CASES if case[0].over is not None],
    ids=[name for case, name in zip(CASES, IDS, strict=True) if case[0].over is not None],
)
def test_the_first_result_may_take_the_memory_of_the_operand_that_says_so(operation, operands, numbers, expected):
    operands = [operand.copy() for operand in operands]
    results = [operands[operation.over], *fresh(operation, expected)[1:]]
    execute(operation, operands, results, numbers)
    np.testing.assert_allclose(results[0], expected[0], 1e-12, 1e-12)


@pytest.mark.parametrize(
    ("operation", "operands", "numbers", "expected"),
    [case for case in CASES if case[0].accumulates],
    ids=[name for case, name in zip(CASES, IDS, strict=True) if case[0].accumulates],
)
def test_what_accumulates_adds(operation, operands, numbers, expected):
    results = fresh(operation, expected)
    execute(operation, operands, results, numbers, accumulate=True)
    np.testing.assert_allclose(results[0], 7 + expected[0], 1e-12, 1e-12)


@pytest.mark.parametrize(
    ("operation", "operands", "numbers", "expected"),
    [case for case in CASES if case[0].takes_late],
    ids=[name for case, name in zip(CASES, IDS, strict=True) if case[0].takes_late],
)
def test_a_late_operand_is_that_of_the_moment(operation, operands, numbers, expected):
    position = 0 if operation in (o.product, o.weighted_nll_back, o.batch_last) else 1
    late = Late()
    late.array = operands[position]
    results = fresh(operation, expected)
    execute(operation, [late if i == position else each for i, each in enumerate(operands)], results, numbers)
    np.testing.assert_allclose(results[0], expected[0], 1e-12, 1e-12)


def test_what_is_kept_is_drawn_as_the_mask_of_dropout():
    keep, rng = np.empty((5, 7), bool), np.random.default_rng(3)
    execute(o.draw_keep, (np.zeros((5, 7)),), (keep,), {"rng": rng, "p": 0.3})
    assert np.array_equal(keep, keep_mask(np.random.default_rng(3), (5, 7), 0.3))


@pytest.mark.parametrize("classes", [np.array([0, 4]), np.array([0, -1])])
def test_a_class_that_there_is_not_is_refused(classes):
    with pytest.raises(ValueError, match="refused"):
        execute(o.nll, (LOG[:2], classes), fresh(o.nll, (0.0, classes)), {"refuse": refuse})


def test_classes_that_are_ignored_count_nothing_and_others_that_there_are_not_are_refused():
    numbers = {"ignored": -100, "refuse": refuse}
    for classes in (np.array([0, 4]), np.array([-100, -1])):
        with pytest.raises(ValueError, match="refused"):
            execute(o.kept_nll, (LOG[:2], classes), fresh(o.kept_nll, (0.0, classes, SUMS[:2])), numbers)
    for classes, expected in ((np.array([-100, 1]), -LOG[1, 1]), (np.array([-100, -100]), 0)):
        results = fresh(o.kept_nll, (0.0, classes, SUMS[:2]))
        execute(o.kept_nll, (LOG[:2], classes), results, numbers)
        assert results[0] == pytest.approx(expected)
        h = np.empty((2, 4))
        execute(o.log_soft_max_kept_nll_back, (SHIFTED[:2], SUMS[:2], *results[1:]), [h], {})
        assert not h[0].any()


def test_constant_columns_far_from_zero_are_normalized_to_exactly_zero():
    x = np.full((5, 2), 3000.1, np.float32)
    results = [np.empty(shape, np.float32) for shape in ((5, 2), (2,), (2,), (2,))]
    execute(o.batch_norm, (x,), results, {"eps": 1e-3})
    assert not results[0].any()
    assert np.array_equal(results[2], x[0])


def test_operands_of_the_wrong_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"add_row: expected operands \(r, m\), \(m\), received \(3, 2\), \(3,\)"):
        o.add_row.result_shapes((3, 2), (3,))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_straight_pieces_are_right_at_their_ends_and_keep_nan_and_no_infinite_gradient(dtype):
    x = np.array([[-2, -1, 0, 1, 2, np.nan]], dtype)
    g = np.full_like(x, np.inf)
    ends = {"low": -1.0, "high": 1.0}
    for operation, operands, numbers, expected in (
        (o.clip, (x,), ends, [-1, -1, 0, 1, 1, np.nan]),
        (o.keep_between, (x, g), ends, [0, 0, np.inf, 0, 0, 0]),
        (o.keep_beyond, (x, g), ends, [np.inf, 0, 0, 0, np.inf, np.inf]),
        (o.keep_beyond, (x, x), ends, [-2, 0, 0, 0, 2, np.nan]),
        (o.threshold, (x,), {"threshold": 1.0, "value": 9.0}, [9, 9, 9, 9, 2, np.nan]),
        (o.soft_shrink, (x,), {"lambd": 1.0}, [-1, 0, 0, 0, 1, np.nan]),
    ):
        result = np.empty_like(x)
        execute(operation, operands, [result], numbers)
        np.testing.assert_array_equal(result[0], expected, operation.name)
