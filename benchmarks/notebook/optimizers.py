"""The homework's optimizers."""

from typing import Any

import numpy as np


def sgd_momentum(variables: Any, gradients: Any, config: Any, state: Any) -> None:
    """Do one step of gradient descent with momentum."""
    state.setdefault("accumulated_grads", {})
    var_index = 0
    for current_layer_vars, current_layer_grads in zip(variables, gradients):  # noqa: B905
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads):  # noqa: B905
            old_grad = state["accumulated_grads"].setdefault(var_index, np.zeros_like(current_grad))
            np.add(config["momentum"] * old_grad, config["learning_rate"] * current_grad, out=old_grad)
            current_var -= old_grad
            var_index += 1


def adam_optimizer(variables: Any, gradients: Any, config: Any, state: Any) -> None:
    """Do one step of Adam; epsilon is not corrected."""
    state.setdefault("m", {})
    state.setdefault("v", {})
    state.setdefault("t", 0)
    state["t"] += 1
    var_index = 0
    lr_t = config["learning_rate"] * np.sqrt(1 - config["beta2"] ** state["t"]) / (1 - config["beta1"] ** state["t"])
    for current_layer_vars, current_layer_grads in zip(variables, gradients):  # noqa: B905
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads):  # noqa: B905
            var_first_moment = state["m"].setdefault(var_index, np.zeros_like(current_grad))
            var_second_moment = state["v"].setdefault(var_index, np.zeros_like(current_grad))
            np.add(config["beta1"] * var_first_moment, (1 - config["beta1"]) * current_grad, out=var_first_moment)
            np.add(
                config["beta2"] * var_second_moment,
                (1 - config["beta2"]) * current_grad * current_grad,
                out=var_second_moment,
            )
            current_var -= lr_t * var_first_moment / (np.sqrt(var_second_moment) + config["epsilon"])
            var_index += 1
