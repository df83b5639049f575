"""What a module holds: all of it registered, so that optimizers, ``state_dict`` and ``.to()`` find it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch

from minnet_core.testing import Trial, fail, skip

from ..generators import seeded
from ..layer import TorchLayer
from ..subjects import ModuleSubject
from .running import ready, start

_REGISTRIES = frozenset({"_parameters", "_buffers", "_modules"})


def everything_is_registered(trial: Trial) -> None:
    """Prove what the check of this name says."""
    module = _module(trial.case.build())
    known = {*map(id, module.parameters()), *map(id, module.buffers()), *map(id, module.modules())}
    for prefix, owner in module.named_modules():
        for name, value in vars(owner).items():
            if name in _REGISTRIES:
                continue
            for found in _held(value):
                if id(found) in known:
                    continue
                place = f"{prefix}.{name}" if prefix else name
                what = "a module" if isinstance(found, torch.nn.Module) else "a parameter"
                use = "torch.nn.ModuleList or ModuleDict" if what == "a module" else "torch.nn.ParameterList"
                if isinstance(found, torch.Tensor) and not isinstance(found, torch.nn.Parameter):
                    what, use = "a tensor that requires a gradient", "torch.nn.Parameter(tensor)"
                fail(f"{place} holds {what} that is not registered: expected {use} in place of {type(value).__name__}")


def two_modules_share_nothing(trial: Trial) -> None:
    """Prove what the check of this name says."""
    one, other = _module(trial.case.build()), _module(trial.case.build())
    held = {_memory(each): name for name, each in _tensors(other)}
    for name, each in _tensors(one):
        if (its := held.get(_memory(each))) is not None and each.numel():
            fail(
                f"{name} is {its} of another module that the same call has made: a default argument, the class or the "
                "file holds it for all of them",
                level="wrong result" if each.requires_grad else "weakness",
            )


def modes_are_set_as_pytorch_does(trial: Trial) -> None:
    """Prove what the check of this name says."""
    module = _module(trial.case.build())
    for method, arguments, expected in (("eval", (), False), ("train", (), True), ("train", (False,), False)):
        said = f"{method}({', '.join(map(str, arguments))})"
        returned = getattr(module, method)(*arguments)
        if returned is not module:
            fail(f"{said}: expected the module to be returned, received {type(returned).__name__}")
        if module.training is not expected:
            fail(f"{said}: expected training to be {expected}, it is {module.training}")


def a_used_module_can_be_copied(trial: Trial) -> None:
    """Prove what the check of this name says."""
    layer = ready(trial.fresh())
    module = _module(layer)
    start(layer, trial.batch().input)
    with seeded(0, is_noticed=False):
        try:
            copy.deepcopy(module)
        except RuntimeError as error:
            left = sorted(
                f"{prefix}.{name}" if prefix else name
                for prefix, owner in module.named_modules()
                for name, value in vars(owner).items()
                if isinstance(value, torch.Tensor) and not value.is_leaf
            )
            fail(f"copy.deepcopy after a pass: {error}" + (f"; left there: {', '.join(left)}" if left else ""))


def _module(layer: TorchLayer) -> torch.nn.Module:
    subject = layer.runner.subject
    if not isinstance(subject, ModuleSubject):
        skip("it is a function, which holds nothing")
    module: torch.nn.Module = subject.module
    return module


def _tensors(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()


def _memory(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _held(value: Any) -> Iterator[Any]:
    if isinstance(value, (torch.nn.Module, torch.nn.Parameter)):
        yield value
    elif isinstance(value, torch.Tensor):
        if value.requires_grad and value.is_leaf:
            yield value
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from _held(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _held(part)
