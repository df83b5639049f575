from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import SGD, sgd_momentum


def homework(variables, gradients, config, state):
    """The rule as the homework's solution has it."""
    state.setdefault("accumulated_grads", {})
    var_index = 0
    for current_layer_vars, current_layer_grads in zip(variables, gradients, strict=True):
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads, strict=True):
            old_grad = state["accumulated_grads"].setdefault(var_index, np.zeros_like(current_grad))
            np.add(config["momentum"] * old_grad, config["learning_rate"] * current_grad, out=old_grad)
            current_var -= old_grad
            var_index += 1


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    configs=st.lists(
        st.fixed_dictionaries({"learning_rate": st.floats(0, 1), "momentum": st.floats(0, 1)}), min_size=1, max_size=20
    ),
)
def test_does_what_the_homework_does(seed, configs):
    rng = np.random.default_rng(seed)
    mine = [[rng.normal(size=(2, 3)), rng.normal(size=2)], [], [rng.normal(size=4)]]
    theirs = [[array.copy() for array in layer] for layer in mine]
    states = {}, {}
    for config in configs:
        gradients = [[rng.normal(size=array.shape) for array in layer] for layer in mine]
        sgd_momentum(mine, gradients, config, states[0])
        homework(theirs, gradients, config, states[1])
    np.testing.assert_equal(mine, theirs)
    np.testing.assert_equal(states[0], states[1])


def test_equals_the_class_while_the_learning_rate_is_constant(point):
    rng = np.random.default_rng(0)
    variable = rng.normal(size=5)
    module, state = point(variable.copy()), {}
    optimizer = SGD(module, lr=0.1, momentum=0.9)
    for gradient in rng.normal(size=(20, 5)):
        sgd_momentum([variable], [gradient], {"learning_rate": 0.1, "momentum": 0.9}, state)
        module.take(optimizer, gradient)
    np.testing.assert_allclose(module.parameters[0], variable, rtol=1e-12)
    np.testing.assert_allclose(0.1 * optimizer.state["velocity"], state["accumulated_grads"][0], rtol=1e-12)


def test_goes_on_from_a_state_that_homework_code_made():
    variables, gradients, state = [[np.ones(2)]], [[np.ones(2)]], {}
    config = {"learning_rate": 0.5, "momentum": 0.5}
    homework(variables, gradients, config, state)
    held = state["accumulated_grads"][0]
    sgd_momentum(variables, gradients, config, state)
    assert state["accumulated_grads"][0] is held
    np.testing.assert_array_equal(variables[0][0], 1 - 0.5 - 0.75)
