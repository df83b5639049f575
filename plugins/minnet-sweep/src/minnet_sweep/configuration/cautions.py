"""`caution_of`: what is to be said of a parameter by which results are no longer measures of the same thing."""

from __future__ import annotations

from minnet_train.errors import KeyPath

from .parameters import Parameter
from .registry_choice import RegistryChoice, paths_of

_LOSSES = ("loss", "validation_loss")
_SAMPLES = ("source", "target", "validation")


def caution_of(parameter: Parameter | RegistryChoice, metric: str) -> str | None:
    """Say why results of different values of a parameter cannot be compared; None if nothing is known against it."""
    paths = paths_of(parameter).values()
    if metric in _LOSSES and any(_is_of_the_loss(path) for path in paths):
        return f"each value measures {metric} in another way; compare them by another metric"
    if any(path[0] == "data" and path[1:2] and path[1] in _SAMPLES for path in paths):
        return f"each value measures {metric} on other samples"
    return None


def _is_of_the_loss(path: KeyPath) -> bool:
    return path[0] == "criterion" or path[:2] in (("data", "class_weights"), ("data", "standardize_targets"))
