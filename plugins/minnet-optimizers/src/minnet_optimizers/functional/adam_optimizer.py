"""`adam_optimizer`: Adam as a function, as homework code calls it."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping
from typing import Any

from ..adaptive import adam_step
from ..hyperparameters import Fraction, NonNegative
from .nested import keep_arrays, pair_leaves, read_config, state_arrays

_CONFIG = {"learning_rate": NonNegative(), "beta1": Fraction(), "beta2": Fraction(), "epsilon": NonNegative()}


def adam_optimizer(
    variables: list[Any], gradients: list[Any], config: Mapping[str, Any], state: MutableMapping[str, Any]
) -> None:
    r"""Do one step of Adam, in place, with epsilon outside the bias correction.

    For each variable :math:`\theta` with gradient :math:`g`, in step :math:`t` with learning rate :math:`\gamma`,

    .. math:: \gamma_t = \gamma\,\frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1)\,g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2, \qquad
              \theta \leftarrow \theta - \frac{\gamma_t\,m}{\sqrt v + \hat\epsilon}

    from :math:`m = v = 0`.
    This is the form at the end of section 2 of the paper.
    `Adam` and ``torch.optim.Adam`` have the form of its Algorithm 1; with
    :math:`\epsilon = \hat\epsilon/\sqrt{1 - \beta_2^t}` in step :math:`t` they compute the same.

    Paper: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization (2014), arXiv:1412.6980.

    Args:
        variables: nested lists of arrays, such as ``model.getParameters()``; a layer without any has an empty list.
        gradients: lists nested in the same way, such as ``model.getGradParameters()``; they are not changed.
            A variable listed twice with the same gradient (a shared parameter) is updated once.
        config: ``learning_rate``, ``beta1``, ``beta2`` and ``epsilon``, which may change from step to step.
        state: ``{}`` before the first step; then ``state["m"]`` and ``state["v"]`` map the index of each variable to
            its moments, arrays that are updated in place, and ``state["t"]`` counts the steps.

    Raises:
        ValueError: if a config key is missing, a value out of range, or the structures or shapes differ.
        TypeError: if a value is no number, or a variable or gradient is no array of floats.
            Nothing is changed when an error is raised.

    >>> import numpy as np
    >>> variables, gradients, state = [[np.array([1.0, 2.0])], []], [[np.array([0.01, -100.0])], []], {}
    >>> config = {"learning_rate": 0.5, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    >>> adam_optimizer(variables, gradients, config, state)
    >>> variables[0][0].round(4)
    array([0.5, 2.5])
    >>> state["t"], list(state["m"])
    (1, [0])
    """
    learning_rate, beta1, beta2, epsilon = read_config("adam_optimizer", config, _CONFIG)
    pairs = pair_leaves("adam_optimizer", variables, gradients)
    m, v = (state_arrays("adam_optimizer", state, name, pairs) for name in ("m", "v"))
    t = state["t"] = state.get("t", 0) + 1
    keep_arrays(state, "m", m)
    keep_arrays(state, "v", v)
    lr_t = learning_rate * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    for index, (variable, gradient) in pairs.items():
        adam_step(variable, gradient, m[index], v[index], betas=(beta1, beta2), lr=lr_t, eps=epsilon)
