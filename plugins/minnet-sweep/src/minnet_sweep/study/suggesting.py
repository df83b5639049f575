"""`suggested`: the values of a trial, as Optuna chooses them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from ..configuration import Choice, Parameter, Values, is_used
from .package import optuna


def suggested(trial: optuna.Trial, space: Sequence[Parameter]) -> Values:
    """Have Optuna choose the values of a trial; those that it has already stay."""
    values: Values = {}
    for parameter in space:
        if is_used(parameter, values):
            with warnings.catch_warnings():  # for a step may leave something of a range, in which no value is then
                warnings.filterwarnings("ignore", ".*is not divisible by `step`", UserWarning)
                values[parameter.name] = _suggest(trial, parameter)
    return values


def _suggest(trial: optuna.Trial, parameter: Parameter) -> Any:
    if isinstance(parameter, Choice):
        return trial.suggest_categorical(parameter.name, [option.label for option in parameter.options])
    if parameter.is_integer:
        low, high, step = int(parameter.low), int(parameter.high), int(parameter.step or 1)
        return trial.suggest_int(parameter.name, low, high, step=step, log=parameter.log)
    return trial.suggest_float(parameter.name, parameter.low, parameter.high, step=parameter.step, log=parameter.log)
