"""What both functional forms refuse, and that a refusal changes nothing."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_optimizers import adam_optimizer, sgd_momentum

FORMS = [
    (sgd_momentum, {"learning_rate": 0.1, "momentum": 0.9}),
    (adam_optimizer, {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
]

each_form = pytest.mark.parametrize(("function", "config"), FORMS)


def arrays(*shapes):
    return [np.ones(shape) for shape in shapes]


def read_only(array):
    array.flags.writeable = False
    return array


@each_form
@pytest.mark.parametrize(
    ("variables", "gradients", "message"),
    [
        ([arrays(2)], [], r"variables and gradients to be lists of one length, received 1 and 0 items"),
        (
            [arrays(2), arrays(3, 3)],
            [arrays(2), arrays(3)],
            r"variables\[1\] and gradients\[1\] to be lists of one length, received 2 and 1 items",
        ),
        (
            [arrays(2), arrays((3, 1))],
            [arrays(2), arrays(3)],
            r"variables\[1\]\[0\] and gradients\[1\]\[0\] to be of one shape, "
            r"received \(3, 1\) float64 and \(3,\) float64",
        ),
        (
            [arrays(2), arrays(2)],
            [arrays(2), arrays(2)[0]],
            r"variables\[1\] and gradients\[1\] to be nested alike, received list and \(2,\) float64",
        ),
    ],
)
def test_lists_that_do_not_match_are_refused(function, config, variables, gradients, message):
    before, state = copy.deepcopy(variables), {}
    with pytest.raises(ValueError, match=rf"^{function.__name__}: expected {message}$"):
        function(variables, gradients, config, state)
    np.testing.assert_equal(variables, before)
    assert state == {}


@each_form
@pytest.mark.parametrize(
    ("variable", "gradient"),
    [
        (np.ones(2, int), np.ones(2)),
        (np.ones(2), np.ones(2, complex)),
        (np.ones(2), np.ones(2, np.uint8)),
        (np.ones(2), None),
        (1.0, np.ones(())),
        (read_only(np.ones(2)), np.ones(2)),
    ],
)
def test_what_cannot_be_updated_in_place_is_refused(function, config, variable, gradient):
    first, state = np.ones(3), {}
    with pytest.raises(TypeError, match=r"expected variables\[1\] and gradients\[1\] to be arrays of floats"):
        function([first, variable], [np.ones(3), gradient], config, state)
    np.testing.assert_array_equal(first, 1)
    assert state == {}


@each_form
def test_a_missing_config_key_is_named_with_those_given(function, config):
    for key in config:
        rest = {name: value for name, value in config.items() if name != key} | {"lr": 0.1}
        variables, state = [arrays(2)], {}
        message = f"{function.__name__}: expected config keys {list(config)}, received {list(rest)}; missing {[key]}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            function(variables, [arrays(2)], rest, state)
        np.testing.assert_array_equal(variables[0][0], 1)
        assert state == {}


@each_form
def test_a_config_value_out_of_range_is_named(function, config):
    for key in config:
        with pytest.raises(ValueError, match=rf"^{function.__name__}: expected config\['{key}'\] to be .*received -1$"):
            function([arrays(2)], [arrays(2)], {**config, key: -1}, {})


@each_form
def test_the_state_of_another_model_is_refused(function, config):
    state = {}
    function([arrays(2), []], [arrays(2), []], config, state)
    variables, before = [arrays(3)], copy.deepcopy(state)
    message = rf"^{function.__name__}: expected state\['\w+'\]\[0\] of shape \(3,\), received \(2,\)"
    with pytest.raises(ValueError, match=message):
        function(variables, [arrays(3)], config, state)
    np.testing.assert_array_equal(variables[0][0], 1)
    np.testing.assert_equal(state, before)


@each_form
def test_any_depth_of_nesting_gives_the_same_steps(function, config):
    rng = np.random.default_rng(0)
    first, second, third = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=4)
    flat = [first.copy(), second.copy(), third.copy()]
    deep = [[], [first.copy(), [second.copy()]], ([], [[third.copy()]]), []]
    states = {}, {}
    for _ in range(5):
        g = [rng.normal(size=array.shape) for array in flat]
        function(flat, g, config, states[0])
        function(deep, [[], (g[0], [g[1]]), [[], [[g[2]]]], []], config, states[1])
    np.testing.assert_equal([deep[1][0], deep[1][1][0], deep[2][1][0][0]], flat)
    np.testing.assert_equal(states[1], states[0])


@each_form
def test_updates_are_in_place_and_gradients_are_not_changed(function, config):
    variable, gradient, state = np.ones((3, 2)), np.arange(6.0).reshape(2, 3).T, {}
    gradient.flags.writeable = False
    function([[variable]], [[gradient]], config, state)
    assert variable[0, 0] == 1
    assert (variable.ravel()[1:] < 1).all()
    held = {name: arrays[0] for name, arrays in state.items() if name != "t"}
    before = copy.deepcopy(held)
    function([[variable]], [[gradient]], config, state)
    for name, array in held.items():
        assert state[name][0] is array
        assert (array.ravel()[1:] != before[name].ravel()[1:]).all()


@each_form
def test_float32_stays_float32_even_with_numpy_scalars(function, config):
    variable, gradient, state = np.ones(3, np.float32), np.ones(3, np.float32), {}
    for _ in range(3):
        function([variable], [gradient], {key: np.float64(value) for key, value in config.items()}, state)
    assert variable.dtype == np.float32
    assert all(arrays[0].dtype == np.float32 for name, arrays in state.items() if name != "t")


@each_form
def test_views_of_any_layout_are_updated(function, config):
    rng = np.random.default_rng(0)
    base, plain = rng.normal(size=(6, 4)), None
    view = base[::-2, 1:3].T
    plain, states = view.copy(), ({}, {})
    for _ in range(3):
        gradient = rng.normal(size=view.shape)
        function([view], [gradient], config, states[0])
        function([plain], [gradient], config, states[1])
    np.testing.assert_allclose(base[::-2, 1:3].T, plain, rtol=1e-13)


@each_form
def test_a_shared_parameter_is_updated_once(function, config, point):
    first, second, alone = point(np.ones(3)), point(np.zeros(3)), point(np.ones(3))
    second.share(first)
    model, states = Sequential(first, second), ({}, {})
    for _ in range(3):
        first.gradients[0][...] = alone.gradients[0][...] = [1.0, -1.0, 2.0]
        function(model.getParameters(), model.getGradParameters(), config, states[0])
        function(alone.getParameters(), alone.getGradParameters(), config, states[1])
    np.testing.assert_array_equal(first.parameters[0], alone.parameters[0])


@each_form
def test_the_parameters_of_a_model_can_be_flattened_and_rebound_in_between(function, config, point):
    rng = np.random.default_rng(0)
    start, later, gradients = rng.normal(size=4), rng.normal(size=4), rng.normal(size=(6, 4))
    moved, still = point(start.copy()), start.copy()
    states = {}, {}
    for t, gradient in enumerate(gradients):
        if t == 2:
            moved.flattenParameters()
        if t == 4:
            moved.parameters[0] = later.copy()
            still[...] = later
        moved.gradients[0][...] = gradient
        function(moved.getParameters(), moved.getGradParameters(), config, states[0])
        function([still], [gradient], config, states[1])
    np.testing.assert_array_equal(moved.parameters[0], still)


@each_form
def test_no_variables_are_no_error(function, config):
    function([], [], config, {})
    function([[], []], [[], []], config, {})
