"""What holds for every optimizer of this distribution."""

from __future__ import annotations

import copy
from importlib.metadata import entry_points

import numpy as np
import pytest

import minnet_optimizers
from minnet_core import Module, Optimizer, Sequential
from minnet_optimizers import (
    LAMB,
    LBFGS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
    schedules,
)

OPTIMIZERS = [LAMB, LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, NAdam, RAdam, RMSprop, Rprop]

VARIANTS = [
    (SGD, {}),
    (SGD, {"momentum": 0.9, "weight_decay": 0.1}),
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (Adam, {}),
    (Adam, {"weight_decay": 0.1}),
    (AdamW, {}),
    (RMSprop, {}),
    (RMSprop, {"momentum": 0.9, "centered": True, "weight_decay": 0.1}),
    (Adagrad, {}),
    (Adagrad, {"lr_decay": 0.1, "initial_accumulator_value": 0.1, "weight_decay": 0.1}),
    (NAdam, {"weight_decay": 0.1}),
    (NAdam, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    (RAdam, {"weight_decay": 0.1}),
    (RAdam, {"betas": (0.9, 0.9), "weight_decay": 0.1, "decoupled_weight_decay": True}),
    (Adamax, {"weight_decay": 0.1}),
    (Adadelta, {"weight_decay": 0.1}),
    (Rprop, {}),
    (Lion, {"weight_decay": 0.1}),
    (LAMB, {}),
]

each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)
each_variant = pytest.mark.parametrize(("optimizer", "options"), VARIANTS)


@each_optimizer
def test_is_registered_under_its_name(optimizer):
    (entry,) = [
        entry
        for entry in entry_points(group="minnet.optimizers", name=optimizer.__name__)
        if entry.dist.name == "minnet-optimizers"
    ]
    assert entry.load() is optimizer
    assert issubclass(optimizer, Optimizer)


def test_every_optimizer_that_is_exported_is_tested_and_registered():
    exported = {name for name in minnet_optimizers.__all__ if name[0].isupper()} - set(schedules.__all__)
    registered = {e.name for e in entry_points(group="minnet.optimizers") if e.dist.name == "minnet-optimizers"}
    assert exported == registered == {optimizer.__name__ for optimizer in OPTIMIZERS}


@each_optimizer
def test_repr_names_the_class_and_the_learning_rate(point, optimizer):
    made = optimizer(point(np.ones(1)), lr=0.001)
    assert repr(made) == f"{optimizer.__name__} lr=0.001"
    made.lr = np.float32(0.5)
    assert repr(made) == f"{optimizer.__name__} lr=0.5"


@each_optimizer
def test_what_is_no_module_is_refused(optimizer):
    with pytest.raises(TypeError, match=f"^{optimizer.__name__}: expected a Module"):
        optimizer([np.ones(3)])


@each_variant
def test_every_hyperparameter_can_be_read_under_its_name(point, optimizer, options):
    made = optimizer(point(np.ones(1)), **options)
    assert {name: getattr(made, name) for name in options} == options


@each_variant
def test_parameters_change_in_place_and_gradients_do_not_change(point, optimizer, options):
    rng = np.random.default_rng(0)
    module = point(rng.normal(size=(3, 2)), rng.normal(size=3))
    made = optimizer(module, **options)
    module.flattenParameters()
    parameters, gradients = module.getParameters(), module.getGradParameters()
    before = copy.deepcopy(parameters)
    for _ in range(3):
        drawn = [rng.normal(size=parameter.shape) for parameter in parameters]
        module.take(made, *drawn)
        for mine, gradient in zip(gradients, drawn, strict=True):
            np.testing.assert_array_equal(mine, gradient)
    assert all(now is held for now, held in zip(module.getParameters(), parameters, strict=True))
    assert all((now != then).all() for now, then in zip(parameters, before, strict=True))


@each_variant
def test_float32_stays_float32_even_with_numpy_scalars(point, optimizer, options):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=50).astype(np.float32), rng.normal(size=(20, 50)).astype(np.float32)
    single, double = point(start.copy()), point(start.astype(np.float64))
    made = [optimizer(module, **options) for module in (single, double)]
    for gradient in gradients:
        for module, one in zip((single, double), made, strict=True):
            one.lr = np.float64(0.01)
            module.take(one, gradient)
    assert single.parameters[0].dtype == np.float32
    assert {vector.dtype for vector in made[0].state.values()} <= {np.dtype(np.float32)}
    np.testing.assert_allclose(single.parameters[0], double.parameters[0], rtol=1e-4, atol=1e-5)


@each_variant
def test_temporaries_of_a_float32_update_are_float32(optimizer, options, point):
    seen = []

    class Watched(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, out=(), **kwargs):
            plain = [np.asarray(x) if isinstance(x, Watched) else x for x in inputs]
            result = getattr(ufunc, method)(*plain, out=tuple(map(np.asarray, out)) or None, **kwargs)
            seen.append(result.dtype)
            return out[0] if out else result.view(Watched)

    made = optimizer(point(np.ones(4, np.float32)), **options)
    made.t = 1
    parameters, gradients, *state = (np.ones(4, np.float32).view(Watched) for _ in range(2 + len(made.state_names())))
    made.update(parameters, gradients, *state)
    assert seen
    assert set(seen) == {np.dtype(np.float32)}


@pytest.mark.parametrize(("optimizer", "options"), [each for each in VARIANTS if not each[0].WHOLE_PARAMETERS])
def test_many_blocks_do_what_one_does(point, optimizer, options):
    rng = np.random.default_rng(0)
    size = 2 * 32_768 + 17
    start, gradients = rng.normal(size=size), rng.normal(size=(3, size))
    whole, part = point(start.copy()), slice(32_768 - 5, 32_768 + 5)
    alone = point(start[part].copy())
    made = [optimizer(module, **options) for module in (whole, alone)]
    for gradient in gradients:
        whole.take(made[0], gradient)
        alone.take(made[1], gradient[part])
    assert made[0].t == made[1].t == 3
    np.testing.assert_allclose(whole.parameters[0][part], alone.parameters[0], rtol=1e-13)
    assert (whole.parameters[0] != start).all()


@each_variant
def test_one_parameter_does_not_depend_on_another(point, optimizer, options):
    rng = np.random.default_rng(0)
    first, second, gradients = rng.normal(size=(2, 3)), rng.normal(size=4), rng.normal(size=(5, 10))
    both, alone = point(first.copy(), second.copy()), point(second.copy())
    made = [optimizer(module, **options) for module in (both, alone)]
    for gradient in gradients:
        both.take(made[0], gradient[:6].reshape(2, 3), gradient[6:])
        alone.take(made[1], gradient[6:])
    np.testing.assert_allclose(both.parameters[1], alone.parameters[0], rtol=1e-13)


@each_variant
def test_a_rebound_parameter_goes_on_with_the_state_of_the_old(point, optimizer, options):
    rng = np.random.default_rng(0)
    start, later, gradients = rng.normal(size=4), rng.normal(size=4), rng.normal(size=(6, 4))
    rebound, assigned = point(start.copy()), point(start.copy())
    made = [optimizer(module, **options) for module in (rebound, assigned)]
    for t, gradient in enumerate(gradients):
        if t == 3:
            rebound.parameters[0] = later.copy()
            assigned.parameters[0][...] = later
        rebound.take(made[0], gradient)
        assigned.take(made[1], gradient)
    np.testing.assert_array_equal(rebound.parameters[0], assigned.parameters[0])


@each_variant
def test_a_shared_parameter_is_updated_once(point, optimizer, options):
    rng = np.random.default_rng(0)
    start = rng.normal(size=3)
    first, second = point(start.copy()), point(np.zeros(3))
    second.share(first)
    alone = point(start.copy())
    model = Sequential(first, second)
    made = optimizer(model, **options), optimizer(alone, **options)
    for gradient in rng.normal(size=(5, 3)):
        first.take(made[0], gradient)
        alone.take(made[1], gradient)
    assert first.parameters[0] is second.parameters[0]
    np.testing.assert_array_equal(first.parameters[0], alone.parameters[0])


@each_variant
def test_a_module_without_parameters_takes_a_step(optimizer, options):
    made = optimizer(Module(), **options)
    made.step()
    assert made.t == 1


@each_variant
def test_a_copy_with_the_model_goes_on_alike_and_apart(point, optimizer, options):
    rng = np.random.default_rng(0)
    module = point(rng.normal(size=4))
    made = optimizer(module, **options)
    module.take(made, rng.normal(size=4))
    twin = copy.deepcopy(made)
    gradient = rng.normal(size=4)
    module.take(made, gradient)
    assert (twin.module.parameters[0] != module.parameters[0]).any()
    twin.module.take(twin, gradient)
    np.testing.assert_array_equal(twin.module.parameters[0], module.parameters[0])


@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        (SGD, {"lr": 0.01}),
        (SGD, {"lr": 0.01, "momentum": 0.9}),
        (SGD, {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
        (Adam, {"lr": 0.02}),
        (AdamW, {"lr": 0.02, "weight_decay": 0.0}),
        (RMSprop, {"lr": 0.002}),
        (RMSprop, {"lr": 0.0005, "momentum": 0.9, "centered": True}),
        (Adagrad, {"lr": 0.5}),
        (Adagrad, {"lr": 0.5, "lr_decay": 1e-4, "initial_accumulator_value": 0.1}),
        (NAdam, {"lr": 0.02}),
        (RAdam, {"lr": 0.02}),
        (Adamax, {"lr": 0.02}),
        (Adadelta, {}),
        (Rprop, {}),
        (Lion, {"lr": 0.002}),
    ],
)
def test_descends_a_quadratic(point, optimizer, options):
    """The loss is the squared distance to a goal, on axes of curvature 1, 10 and 100."""
    goal, curvature = np.array([1.0, -2.0, 0.5]), np.array([1.0, 10.0, 100.0])
    module = point(np.zeros(3))
    made = optimizer(module, **options)
    for _ in range(2000):
        module.take(made, curvature * (module.parameters[0] - goal))
    np.testing.assert_allclose(module.parameters[0], goal, atol=0.01)
