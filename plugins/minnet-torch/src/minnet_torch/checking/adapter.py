"""`adapter_of`: what stands for a class of PyTorch, so that the kit can prove it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from attrs import evolve

from minnet_core import Example
from minnet_core.testing import Adapter, Guess

from ..layer_checks import NAME
from .language import Language
from .layer import TorchLayer
from .subjects import FunctionSubject, ModuleSubject, Subject, forward_parameters

SHAPES = ((4, 5), (4, 3, 5), (2, 3, 6, 6))
"""Inputs that are tried where none is named: rows, sequences and images."""

WEIGHTS: Mapping[str, tuple[tuple[int, ...], ...]] = MappingProxyType(
    {
        **dict.fromkeys(("weight", "weights", "w", "W"), ((3, 5), (5, 3), (5,))),
        **dict.fromkeys(("bias", "b"), ((3,), (5,))),
        **dict.fromkeys(("gamma", "beta", "scale", "shift"), ((5,), (1,))),
    }
)
"""Arguments of ``forward`` that are taken for parameters, by name, with shapes that are tried beside rows of 5."""

MOST = 24
"""How many calls of a class are tried."""

_ELSEWHERE = "PyTorch has its own: a check of PyTorch layers is about it"
_NOT_THERE = "it is about how minnet keeps arrays, which PyTorch does by itself"

WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "output_is_stored",
                "gradInput_is_stored",
                "gradients_stay_the_same_arrays",
                "zeroing_reaches_every_gradient",
                "new_gradients_are_zero",
                "flat_vectors_are_what_passes_use",
                "rebound_parameters_are_used",
                "every_gradient_is_returned",
                "clearState_forgets_only_results",
                "results_of_inner_modules_are_kept",
                "a_config_makes_an_equal_component",
                "every_argument_counts",
                "affine_map_is_what_it_states",
                "absorbs_rightly_what_follows_it",
                "saving_and_loading_gives_an_equal_component",
            ),
            _NOT_THERE,
        ),
        **dict.fromkeys(
            (
                "pickling_gives_an_equal_component",
                "passes_leave_nothing_behind",
                "modes_reach_every_module",
                "evaluation_is_thread_safe",
            ),
            _ELSEWHERE,
        ),
        **dict.fromkeys(
            (
                "a_seed_gives_the_same_component",
                "seeds_give_different_components",
                "rng_is_what_numpy_takes",
                "the_global_generator_is_left_alone",
                "global_generator_is_declared_rightly",
            ),
            "PyTorch's layers draw from its one generator, which torch.manual_seed seeds",
        ),
        "results_share_no_memory": "PyTorch's layers may return views of their input, of which autograd knows",
        "read_only_arrays_are_taken": "tensors can always be written to",
    }
)
"""The checks that have nothing to prove of a class of PyTorch, and why."""

WITHOUT_MODES: Mapping[str, str] = MappingProxyType(
    {
        **WITHOUT,
        **dict.fromkeys(
            (
                "gradInput_is_the_slope_in_evaluate_mode",
                "parameter_gradients_are_the_slopes_in_evaluate_mode",
                "gradients_are_the_slopes_after_other_batches",
                "changing_the_mode_changes_nothing_else",
                "training_goes_on_after_evaluation",
                "evaluation_is_deterministic",
                "evaluation_changes_nothing",
                "only_forward_moves_statistics",
                "evaluates_before_training",
                "evaluation_follows_training",
                "evaluation_draws_nothing",
                "the_mean_is_preserved",
                "changes_mean_is_declared_rightly",
                "train_differs_is_declared_rightly",
                "everything_is_registered",
                "two_modules_share_nothing",
                "modes_are_set_as_pytorch_does",
                "a_used_module_can_be_copied",
            ),
            "a function has no modes, and holds nothing",
        ),
    }
)
"""Those of a function, which has none of a module's state."""


def adapter_of(cls: type, make: Callable[..., Any]) -> Adapter | None:
    """Make what stands for a module or a function of PyTorch.

    Args:
        cls: a class; that of what ``make`` makes.
        make: the class, or something else that makes a module.

    Returns:
        None if it is neither.
    """
    if issubclass(cls, torch.autograd.Function):
        return _adapter(
            cls, partial(FunctionSubject, cls), _signature_of_function(cls), _of_function(cls), cls.__name__
        )
    if issubclass(cls, torch.nn.Module):
        name = getattr(make, "__name__", cls.__name__)
        name = cls.__name__ if name == "<lambda>" else name
        return _adapter(cls, partial(ModuleSubject, make), inspect.signature(make), _of_module(cls), name)
    return None


def _adapter(
    cls: type,
    make_subject: Callable[[Mapping[str, Any]], Subject],
    signature: inspect.Signature,
    speaks: Language,
    name: str,
) -> Adapter:
    component: type[TorchLayer] = type(
        name,
        (TorchLayer,),
        {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            "__signature__": signature,
            "EXAMPLES": _examples(cls),
            "make_subject": staticmethod(make_subject),
            "kept": {},
            "has_power_iteration": False,
        },
    )
    is_function = issubclass(cls, torch.autograd.Function)
    return Adapter(
        NAME,
        component,
        partial(_guesses_of_function if is_function else _guesses_of_module, cls),
        WITHOUT_MODES if is_function else WITHOUT,
        speaks.retell,
        has_modes=not is_function,
        widest=np.float64,
        explain=lambda check, text: speaks.with_hint(check, text, has_power_iteration=component.has_power_iteration),
    )


def _examples(cls: type) -> Any:
    """The ``EXAMPLES`` of a class, or those that its file has for it in a dict, by its name.

    What draws random numbers draws them from PyTorch's generator, of which nobody need say so.
    """
    beside = getattr(sys.modules.get(cls.__module__), "EXAMPLES", None)
    found = getattr(cls, "EXAMPLES", beside.get(cls.__name__, ()) if isinstance(beside, Mapping) else ())
    if not isinstance(found, (tuple, list)) or not all(isinstance(each, Example) for each in found):
        return found  # of which the kit says what is wrong
    return tuple(
        evolve(each, traits=each.traits | {"global-generator"}) if "stochastic" in each.traits else each
        for each in found
    )


def _of_function(cls: type[torch.autograd.Function]) -> Language:
    names = [each.name for each in forward_parameters(cls) if each.kind is not each.VAR_POSITIONAL]
    try:
        sent = list(inspect.signature(cls.backward).parameters.values())[1:]
    except (TypeError, ValueError):  # of one that is decorated past recognition
        sent = []
    return Language(cls.__name__, names, [each.name for each in sent if each.kind is not each.VAR_POSITIONAL], True)


def _of_module(cls: type[torch.nn.Module]) -> Language:
    return Language(cls.__name__, _required(cls) or ["x"], (), False)


def _required(cls: type[torch.nn.Module]) -> list[str]:
    """The arguments of a module's forward that have no default."""
    parameters = list(inspect.signature(cls.forward).parameters.values())[1:]
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in optional]


def _signature_of_function(cls: type[torch.autograd.Function]) -> inspect.Signature:
    """A signature that takes each argument of forward by name, and needs none: those that are not given are inputs."""
    names = [each.name for each in forward_parameters(cls) if each.kind is not each.VAR_POSITIONAL]
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in names])


def _guesses_of_module(cls: type[torch.nn.Module], given: Mapping[str, Any]) -> Iterator[Guess]:
    count = len(_required(cls)) or 1
    for shape in SHAPES:
        yield Guess(shape if count == 1 else (shape,) * count)


def _guesses_of_function(cls: type[torch.autograd.Function], given: Mapping[str, Any]) -> Iterator[Guess]:
    """Yield calls: what is named like a weight is a parameter, what has no default an input, of one shape.

    A weight with a default is tried first as one, a number with an annotation is not guessed.
    """
    free = [each for each in forward_parameters(cls) if each.name not in given]
    is_pair = {"a", "b"} <= {each.name for each in free}  # b is a bias where it has no a beside it
    weights = [each.name for each in free if each.name in WEIGHTS and not (is_pair and each.name == "b")]
    needed = [
        each for each in free if each.default is each.empty and each.kind is not each.VAR_POSITIONAL
        and each.name not in weights
    ]  # fmt: skip
    counts = [len(needed)] if needed else [1, 2]
    yielded = 0
    for shape in SHAPES:
        for count in counts:
            for arguments in _with_weights(weights) if len(shape) == 2 else [{}]:
                if yielded < MOST:
                    yielded += 1
                    told = ", ".join(
                        f"{name} a parameter of {','.join(map(str, each['shape']))}" for name, each in arguments.items()
                    )
                    yield Guess(shape if count == 1 else (shape,) * count, arguments, told)


def _with_weights(names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield choices of shapes of the first weight, then of the next, the likeliest first."""
    if not names:
        yield {}
        return
    for shape in WEIGHTS[names[0]]:
        for others in _with_weights(names[1:]):
            yield {names[0]: {"shape": list(shape)}, **others}
