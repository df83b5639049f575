"""Each twin computes what its base class does, in C where it can, and is saved as its base class."""

from __future__ import annotations

import numpy as np
import pytest
from layers_with_twins import LAYERS, draw

import minnet_criterions
import minnet_layers
import minnet_optimizers
from minnet_core import ShapeError
from minnet_core.nn import computing_parts

kernels = pytest.importorskip("minnet_fast.kernels")
from minnet_fast import accelerate  # noqa: E402
from minnet_fast.twins import criterions, layers, optimizers  # noqa: E402

BY_LAYER = pytest.mark.parametrize("name", LAYERS)
BY_MODE = pytest.mark.parametrize("mode", ["train", "evaluate"])


def pair(name):
    """Return a layer and its twin, made alike."""
    made = [getattr(minnet_layers, name)(**LAYERS[name]) for _ in range(2)]
    return made[0], accelerate(made[1])


def computed():
    return sum(kernels.counts().values())


def run(layer, input, seed=1):
    """Return all that two passes leave behind."""
    output = layer.forward(input)
    gradient = draw(output.shape, seed, input.dtype if input.dtype.kind == "f" else np.float32)
    gradInput = layer.backward(input, gradient)
    layer.backward(input, gradient)
    return [output, gradInput, *layer.getGradParameters(), *layer.namedBuffers().values()]


def expect_alike(results, expected, rtol=2e-6, atol=2e-6):
    assert len(results) == len(expected)
    for result, other in zip(results, expected, strict=True):
        assert result.dtype == other.dtype
        np.testing.assert_allclose(result, other, rtol=rtol, atol=atol)


def test_every_layer_criterion_and_optimizer_that_should_have_a_twin_has_one():
    assert {cls.__name__ for cls in layers.TWINS} == {*LAYERS, "Embedding", "EmbeddingBag"}
    assert {cls.__name__ for cls in layers.TWINS} <= set(minnet_layers.__all__)
    assert {cls.__name__ for cls in criterions.TWINS} == {
        "BCEWithLogitsCriterion",
        *("ClassNLLCriterion", "CrossEntropyCriterion", "HuberCriterion", "MSECriterion", "SmoothL1Criterion"),
    }
    assert {cls.__name__ for cls in optimizers.TWINS} == {name for name, *_ in OPTIMIZERS}
    for twins in (layers.TWINS, criterions.TWINS, optimizers.TWINS):
        for cls, twin in twins.items():
            assert issubclass(twin, cls)
            assert twin.__name__ == cls.__name__


@BY_LAYER
@BY_MODE
@pytest.mark.parametrize("n", [1, 2, 33])
def test_a_twin_computes_what_its_layer_does_and_in_c(name, mode, n):
    layer, twin = pair(name)
    for each in (layer, twin):
        each.forward(draw((8, 6), 5))
        getattr(each, mode)()
    before = computed()
    results = run(twin, draw((n, 6)))
    is_copy = name == "Dropout" and mode == "evaluate"
    assert computed() > before or is_copy
    expect_alike(results, run(layer, draw((n, 6))), rtol=2e-5 if n > 2 else 2e-6, atol=2e-5)


@BY_LAYER
@BY_MODE
@pytest.mark.parametrize("kind", ["float64", "strided", "transposed", "integers", "one axis", "three axes"])
def test_what_no_kernel_takes_is_left_to_the_layer_bit_for_bit(name, mode, kind):
    x = {
        "float64": draw((8, 6), dtype=np.float64),
        "strided": draw((8, 12))[:, ::2],
        "transposed": draw((6, 8)).T,
        "integers": np.arange(48).reshape(8, 6) % 7,
        "one axis": draw((6,)),
        "three axes": draw((2, 4, 6)),
    }[kind]
    layer, twin = pair(name)
    if kind == "one axis" and name in ("Linear", "BatchNormalization", "LayerNormalization"):
        pytest.skip("the layer itself takes no such input, or as one of another meaning")
    if kind == "three axes" and name == "Linear":
        pytest.skip("the layer itself takes no such input")
    for each in (layer, twin):
        if kind == "float64":
            each.astype(np.float64)
        getattr(each, mode)()
    before = computed()
    results, expected = run(twin, x), run(layer, x)
    if kind == "float64":
        assert computed() == before
    if computed() == before:
        for result, other in zip(results, expected, strict=True):
            np.testing.assert_array_equal(result, other)
    else:  # what was made of a strided array is contiguous, and some take an array of any shape
        expect_alike(results, expected, rtol=2e-5, atol=2e-5)


def test_a_large_gate_is_not_kept_and_an_older_one_not_used():
    layer, twin = pair("SiLU")
    x, g = draw((1025, 1024)), draw((1025, 1024), 1)
    for each in (layer, twin):
        each.forward(draw((4, 6)))
        each.forward(x)
    assert twin.gate is None
    expect_alike([twin.output, twin.updateGradInput(x, g)], [layer.output, layer.updateGradInput(x, g)])
    with pytest.raises(ShapeError):
        twin.updateGradInput(x, g[:-1])


@BY_LAYER
def test_errors_are_those_of_the_layer_and_change_nothing(name):
    layer, twin = pair(name)
    x = draw((8, 6))
    for each in (layer, twin):
        each.backward(x, draw(each.forward(x).shape))
    wrong_inputs = [draw((8, 5)), draw((7, 6))]
    for wrong in wrong_inputs:
        for method in ("updateGradInput", "accGradParameters", "backward"):
            kept = [array.copy() for array in twin.getGradParameters()]
            outcomes = []
            for each in (layer, twin):
                gradient = draw(each.output.shape)
                try:
                    outcomes.append((None, getattr(each, method)(wrong, gradient) is None))
                except ShapeError as error:
                    outcomes.append((str(error), None))
            assert outcomes[0] == outcomes[1]
            if outcomes[1][0]:
                for array, copy in zip(twin.getGradParameters(), kept, strict=True):
                    np.testing.assert_array_equal(array, copy)


@BY_LAYER
def test_backward_before_forward_is_the_error_of_the_layer(name):
    outcomes = []
    for each in pair(name):
        try:
            each.backward(draw((8, 6)), draw((8, 6) if name != "Linear" else (8, 5)))
            outcomes.append(None)
        except RuntimeError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@BY_LAYER
def test_results_are_new_arrays(name):
    _, twin = pair(name)
    x = draw((8, 6))
    first = twin.forward(x)
    kept = first.copy()
    assert not np.shares_memory(first, x)
    twin.forward(draw((8, 6), 3))
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("p", [0, 0.25, 0.3, 0.5, 2**-16, 1 - 2**-40, 1])
@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (64, 301)])
def test_dropout_draws_the_same_bit_for_bit(p, generator, shape):
    made = [minnet_layers.Dropout(p, rng=np.random.Generator(generator(3))) for _ in range(2)]
    layer, twin = made[0], accelerate(made[1])
    for seed in range(2):
        np.testing.assert_array_equal(twin.forward(draw(shape, seed)), layer.forward(draw(shape, seed)))
        np.testing.assert_array_equal(twin.mask, layer.mask)
    assert twin.rng.bit_generator.random_raw() == layer.rng.bit_generator.random_raw()


def test_what_is_not_finite_is_what_the_layer_makes_of_it():
    special = np.array([[0, -0.0, np.inf, -np.inf, np.nan, 1e-45], [3e38, -3e38, 1e-38, -1e-38, 90, -90]], np.float32)
    for name in ("ReLU", "LeakyReLU", "ELU", "SoftPlus"):
        layer, twin = pair(name)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(twin.forward(special), layer.forward(special), rtol=1e-6)


TARGETS = {
    "ClassNLLCriterion": [np.array([1, 0, 2, 2]), np.eye(3, dtype=np.float32)[[1, 0, 2, 2]]],
    "MSECriterion": [draw((4, 3), 4)],
}
OTHER_TARGETS = {
    "ClassNLLCriterion": [np.array([1, 0, 2, 2], np.uint8), np.eye(3)[[1, 0, 2, 2]]],
    "MSECriterion": [draw((4, 3), 4, np.float64)],
}


@pytest.mark.parametrize(("name", "k"), [("ClassNLLCriterion", 0), ("ClassNLLCriterion", 1), ("MSECriterion", 0)])
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_criterion_computes_what_its_base_class_does(name, k, is_taken):
    criterion, twin = getattr(minnet_criterions, name)(), accelerate(getattr(minnet_criterions, name)())
    x, target = draw((4, 3)), (TARGETS if is_taken else OTHER_TARGETS)[name][k]
    before = computed()
    loss, gradient = twin.forward(x, target), twin.backward(x, target)
    assert (computed() > before) == is_taken
    assert type(loss) is float
    assert twin.output == loss
    np.testing.assert_allclose(loss, criterion.forward(x, target), rtol=1e-6)
    expect_alike([gradient], [criterion.backward(x, target)], rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    "target", [np.array([0, 1, 3, 0]), np.array([0, 1, -1, 0]), np.array([0.5, 1, 2, 0]), np.eye(4)]
)
def test_a_wrong_target_is_the_error_of_the_criterion(target):
    for name in ("ClassNLLCriterion", "MSECriterion"):
        criterion, twin = getattr(minnet_criterions, name)(), accelerate(getattr(minnet_criterions, name)())
        for method in ("forward", "backward"):
            with pytest.raises((ValueError, TypeError, ShapeError)) as expected:
                getattr(criterion, method)(draw((4, 3)), target)
            with pytest.raises(expected.type) as error:
                getattr(twin, method)(draw((4, 3)), target)
            assert str(error.value) == str(expected.value)


def test_a_mean_over_elements_is_left_to_the_base_class():
    criterion, twin = minnet_criterions.MSECriterion("elements"), accelerate(minnet_criterions.MSECriterion("elements"))
    x, target, before = draw((4, 3)), draw((4, 3), 4), computed()
    assert twin.forward(x, target) == criterion.forward(x, target)
    np.testing.assert_array_equal(twin.backward(x, target), criterion.backward(x, target))
    assert computed() == before


def test_the_parts_of_a_composite_criterion_are_accelerated_too():
    parts = [minnet_criterions.MSECriterion(), minnet_criterions.AbsCriterion()]
    inner = minnet_criterions.MultiCriterion([minnet_criterions.HuberCriterion()])
    criterion = minnet_criterions.MultiCriterion([*parts, inner])
    x, target = draw((8, 6)), draw((8, 6), 1)
    loss, gradient = criterion.forward(x, target), criterion.backward(x, target)
    assert accelerate(criterion) is criterion
    assert type(criterion.criterions[0]) is criterions.TWINS[minnet_criterions.MSECriterion]
    assert type(inner.criterions[0]) is criterions.TWINS[minnet_criterions.HuberCriterion]
    assert type(parts[1]) is minnet_criterions.AbsCriterion
    assert criterion.forward(x, target) == pytest.approx(loss, rel=1e-6)
    np.testing.assert_allclose(criterion.backward(x, target), gradient, rtol=2e-6, atol=2e-6)


def test_rows_whose_squares_are_out_of_range_are_left_to_the_layer():
    layer, twin = pair("LayerNormalization")
    x = draw((4, 6))
    x[1] *= 1e30
    x[2] += 1e4
    x[3] = 0.1
    expect_alike(run(twin, x), run(layer, x), rtol=2e-4, atol=2e-4)
    assert not twin.forward(np.full((2, 6), 0.1, np.float32)).any()


OPTIMIZERS = [
    ("SGD", {"lr": 0.1}, True),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}, True),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, True),
    ("Adam", {"lr": 0.01}, True),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1}, True),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.1}, True),
    ("RMSprop", {"lr": 0.01, "weight_decay": 0.01}, True),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True}, False),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.01, "initial_accumulator_value": 0.1}, True),
    ("Adadelta", {"weight_decay": 0.01}, True),
    ("Adamax", {"lr": 0.01, "weight_decay": 0.01}, True),
    ("NAdam", {"lr": 0.01, "weight_decay": 0.01}, True),
    ("NAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}, True),
    ("RAdam", {"lr": 0.01, "weight_decay": 0.01}, True),
    ("RAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}, True),
    ("Lion", {"lr": 0.01, "weight_decay": 0.1}, True),
    ("Rprop", {"lr": 0.01}, True),
]


@pytest.mark.parametrize(("name", "options", "is_compiled"), OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_optimizer_does_what_its_base_class_does(name, options, is_compiled, dtype):
    models = [minnet_layers.Linear(30, 20, rng=0, dtype=dtype) for _ in range(2)]
    plain, twin = (getattr(minnet_optimizers, name)(model, **options) for model in models)
    accelerate(twin)
    before = computed()
    for step in range(8):
        for model, optimizer in zip(models, (plain, twin), strict=True):
            model.gradW[...] = draw((20, 30), step)
            model.gradb[...] = draw((20,), step)
            optimizer.step()
    assert (computed() > before) == (is_compiled and dtype == np.float32)
    for model, other in zip(models[0].getParameters(), models[1].getParameters(), strict=True):
        np.testing.assert_allclose(other, model, rtol=2e-6, atol=2e-6)
    assert repr(twin) == repr(plain)


def test_a_part_of_a_batch_is_left_to_the_layer_bit_for_bit():
    class Parts:
        """As if there were a second part, of the same numbers and twice as many."""

        def gather(self, own, /):
            gathered.append(own)
            return [own, (2 * own[0], *own[1:])]

        def combine(self, own, how, /):
            return how(self.gather(own))

    results, gathered = [], []
    for layer in pair("BatchNormalization"):
        with computing_parts(Parts()):
            y = layer.forward(draw((9, 6)))
            results.append((y, layer.backward(draw((9, 6)), draw((9, 6), 1)), layer.moving_variance))
    assert len(gathered) == 4
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
