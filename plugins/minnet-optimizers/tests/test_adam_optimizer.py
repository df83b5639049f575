from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adam, adam_optimizer

CONFIG = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-3}
fractions = st.floats(0, 0.999)


def homework(variables, gradients, config, state):
    """The rule as the homework's solution has it."""
    state.setdefault("m", {})
    state.setdefault("v", {})
    state.setdefault("t", 0)
    state["t"] += 1
    beta1, beta2 = config["beta1"], config["beta2"]
    lr_t = config["learning_rate"] * np.sqrt(1 - beta2 ** state["t"]) / (1 - beta1 ** state["t"])
    var_index = 0
    for current_layer_vars, current_layer_grads in zip(variables, gradients, strict=True):
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads, strict=True):
            m = state["m"].setdefault(var_index, np.zeros_like(current_grad))
            v = state["v"].setdefault(var_index, np.zeros_like(current_grad))
            np.add(beta1 * m, (1 - beta1) * current_grad, out=m)
            np.add(beta2 * v, (1 - beta2) * current_grad**2, out=v)
            current_var -= lr_t * m / (np.sqrt(v) + config["epsilon"])
            var_index += 1


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    configs=st.lists(
        st.fixed_dictionaries(
            {
                "learning_rate": st.floats(0, 1),
                "beta1": fractions,
                "beta2": fractions,
                "epsilon": st.floats(1e-8, 1),
            }
        ),
        min_size=1,
        max_size=20,
    ),
)
def test_does_what_the_homework_does(seed, configs):
    rng = np.random.default_rng(seed)
    mine = [[rng.normal(size=(2, 3)), rng.normal(size=2)], [], [rng.normal(size=4)]]
    theirs = [[array.copy() for array in layer] for layer in mine]
    states = {}, {}
    for config in configs:
        gradients = [[rng.normal(size=array.shape) for array in layer] for layer in mine]
        adam_optimizer(mine, gradients, config, states[0])
        homework(theirs, gradients, config, states[1])
    assert states[0].keys() == states[1].keys()
    assert states[0]["t"] == states[1]["t"] == len(configs)
    for index, (layer, expected) in enumerate(zip(mine, theirs, strict=True)):
        for array, value in zip(layer, expected, strict=True):
            np.testing.assert_allclose(array, value, rtol=1e-9, atol=1e-9, err_msg=f"layer {index}")
    for name in ("m", "v"):
        assert states[0][name].keys() == states[1][name].keys() == {0, 1, 2}
        for index, array in states[1][name].items():
            np.testing.assert_allclose(states[0][name][index], array, rtol=1e-12, atol=1e-15)


def test_equals_the_class_when_that_corrects_epsilon_back(point):
    rng = np.random.default_rng(0)
    variable = rng.normal(size=5)
    module, state = point(variable.copy()), {}
    optimizer = Adam(module, lr=0.1)
    for t, gradient in enumerate(rng.normal(size=(20, 5)), 1):
        adam_optimizer([variable], [gradient], CONFIG, state)
        optimizer.eps = CONFIG["epsilon"] / np.sqrt(1 - 0.999**t)
        module.take(optimizer, gradient)
    np.testing.assert_allclose(module.parameters[0], variable, rtol=1e-12)


def test_goes_on_from_a_state_that_homework_code_made():
    mine, theirs, gradients = [[np.ones(2)]], [[np.ones(2)]], [[np.array([1.0, -3.0])]]
    states = {}, {}
    for t in range(6):
        homework(theirs, gradients, CONFIG, states[0])
        (homework if t < 3 else adam_optimizer)(mine, gradients, CONFIG, states[1])
    assert states[1]["t"] == 6
    np.testing.assert_allclose(mine[0][0], theirs[0][0], rtol=1e-12)


def test_counts_calls_and_not_variables():
    state = {}
    for _ in range(3):
        adam_optimizer([[np.ones(2), np.ones(3)], []], [[np.ones(2), np.ones(3)], []], CONFIG, state)
    assert state["t"] == 3
    assert list(state["m"]) == list(state["v"]) == [0, 1]
