"""Giving a counterpart the parameters and buffers of a component."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from minnet_core import Module, Reference
from minnet_core.nn import find_buffers
from minnet_core.testing import fail, parameters

from .tensors import to_torch


def set_arrays(module: torch.nn.Module, component: Any, reference: Reference) -> dict[str, torch.nn.Parameter]:
    """Set what the reference maps. A buffer that the component has not made yet leaves the counterpart's as it is.

    Returns:
        Name of a parameter of the component -> that of the counterpart.

    Raises:
        ConformanceError: if the mapping leaves out a parameter of either, or names what one of them has not, or the
            shapes differ.
    """
    trained = dict(module.named_parameters())
    theirs = {**trained, **dict(module.named_buffers())}
    ours = dict(parameters(component))
    if isinstance(component, Module):
        ours.update((place.name, place.value) for place in find_buffers(component, empty=True))
    mapping = reference.parameters
    _expect_names("the component", mapping.keys(), known=ours, needed=parameters(component))
    _expect_names(reference.name, mapping.values(), known=theirs, needed=trained)
    for name, its in mapping.items():
        if ours[name] is None:
            continue
        if ours[name].shape != tuple(theirs[its].shape):
            fail(
                f"reference.parameters: expected {name} of the shape of {its} of {reference.name}, "
                f"{tuple(theirs[its].shape)}, received {ours[name].shape}"
            )
        with torch.no_grad():
            theirs[its].copy_(to_torch(ours[name], ours[name].dtype))
    return {name: trained[its] for name, its in mapping.items() if its in trained and name in parameters(component)}


def _expect_names(owner: str, named: Iterable[str], *, known: Iterable[str], needed: Iterable[str]) -> None:
    named, known = list(named), list(known)
    for name in named:
        if name not in known:
            fail(f"reference.parameters: expected names of {owner}, among {known}, received {name!r}")
    for name in needed:
        if name not in named:
            fail(f"reference.parameters: expected all parameters of {owner}, received {named} without {name!r}")
