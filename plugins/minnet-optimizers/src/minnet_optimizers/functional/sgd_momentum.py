"""`sgd_momentum`: SGD with momentum as a function, as homework code calls it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from ..hyperparameters import NonNegative
from .nested import keep_arrays, pair_leaves, read_config, state_arrays

_CONFIG = {"learning_rate": NonNegative(), "momentum": NonNegative()}


def sgd_momentum(
    variables: list[Any], gradients: list[Any], config: Mapping[str, Any], state: MutableMapping[str, Any]
) -> None:
    r"""Do one step of gradient descent with momentum, in place.

    For each variable :math:`\theta` with gradient :math:`g`, learning rate :math:`\gamma` and momentum :math:`\mu`,

    .. math:: a \leftarrow \mu a + \gamma g, \qquad \theta \leftarrow \theta - a

    from :math:`a = 0`.
    While the learning rate is constant, this is `SGD` and ``torch.optim.SGD`` with ``momentum``, and :math:`a` is
    :math:`\gamma` times their velocity :math:`u`.
    When it changes, past gradients keep the rate of their time here, and take the new one there.

    Args:
        variables: nested lists of arrays, such as ``model.getParameters()``; a layer without any has an empty list.
        gradients: lists nested in the same way, such as ``model.getGradParameters()``; they are not changed.
            A variable listed twice with the same gradient (a shared parameter) is updated once.
        config: ``learning_rate`` and ``momentum``, which may change from step to step.
        state: ``{}`` before the first step; ``state["accumulated_grads"]`` then maps the index of each variable to its
            :math:`a`, an array that is updated in place.

    Raises:
        ValueError: if a config key is missing, a value out of range, or the structures or shapes differ.
        TypeError: if a value is no number, or a variable or gradient is no array of floats.
            Nothing is changed when an error is raised.

    >>> import numpy as np
    >>> variables, gradients, state = [[np.array([1.0, 2.0])], []], [[np.array([1.0, -1.0])], []], {}
    >>> for _ in range(2):
    ...     sgd_momentum(variables, gradients, {"learning_rate": 0.5, "momentum": 0.5}, state)
    >>> variables
    [[array([-0.25,  3.25])], []]
    >>> state
    {'accumulated_grads': {0: array([ 0.75, -0.75])}}
    """
    learning_rate, momentum = read_config("sgd_momentum", config, _CONFIG)
    pairs = pair_leaves("sgd_momentum", variables, gradients)
    accumulated = state_arrays("sgd_momentum", state, "accumulated_grads", pairs)
    keep_arrays(state, "accumulated_grads", accumulated)
    for index, (variable, gradient) in pairs.items():
        step = accumulated[index]
        step *= momentum
        step += learning_rate * gradient
        variable -= step
