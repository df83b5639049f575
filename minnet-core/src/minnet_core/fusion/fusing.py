"""`fuse`: a model for inference, with the layers that are affine maps folded into those before them.

Layers state of themselves what they are, by ``as_affine`` and ``absorb``, and composites by ``fuse_inside``.
A subclass inherits a statement, but may compute something else: a Dropout that goes on dropping in evaluation mode.
So a statement counts only where it is defined no farther up than every method that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from ..nn import Affine, Module, Sequential, definition_depth, title, walk

METHODS = frozenset({"__call__", "forward", "updateOutput", "backward", "updateGradInput", "train", "evaluate"})
"""What a statement is about: the passes, and what leads to evaluation mode."""

Step: TypeAlias = tuple[Module, Affine | None]
"""A layer, and what it states."""


def fuse(model: Module) -> Sequential:
    r"""Copy a model for evaluation, with fewer layers.

    A layer that is an affine map of each feature in evaluation mode (`Module.as_affine`), such as normalization by
    moving statistics, is folded into the layer before it if that can take it in (`Module.absorb`).
    For a linear layer :math:`y = Wx + b`, and :math:`s y + t` after it, over any number of such maps:

    .. math:: s(Wx + b) + t = (\operatorname{diag}(s) W)x + (s b + t)

    Maps on one axis are composed, and folded, in float64, and rounded once to the dtype of the parameters.
    A map that is the identity, such as dropout, is left out, unless it comes first: then the layers after it are given
    floating numbers, whatever the input. Nested Sequentials become one sequence.
    A composite of another kind that says how (`Module.fuse_inside`) is made anew of what is inside, fused.
    All else is copied as it is: a map that nothing before it can take in, one whose parameters are wider than those of
    the layer before it (folding would lose what they hold), any other composite, with all that is inside.

    A map is never folded into the layer *after* it: :math:`W(s(x - \mu)) + b` with large :math:`\mu` would become the
    difference of two large numbers, and lose in float32 what normalization is there to keep.

    Args:
        model: any module; it is not changed, and nothing is shared with it.

    Returns:
        A sequence in evaluation mode, whose ``forward``, and gradient with respect to the input, are those of ``model``
        in evaluation mode, up to rounding. What training needs is gone: train ``model`` and fuse it again.

    Raises:
        TypeError: if ``model`` is no module, or a layer's statement is of the wrong type.

    >>> from minnet_core import Sequential, fuse
    >>> fuse(Sequential(Sequential(), Sequential())).training
    False
    """
    if not isinstance(model, Module):
        raise TypeError(f"fuse: expected a Module, received {model!r}")
    twin = model.clone().clearState()
    twin.evaluate()
    fused = Sequential()
    present: set[int] = set()
    for layer in _folded(_without_identities(twin)):
        layer = fused_inside(layer)
        if any(id(part) in present for _, part in walk(layer)):  # listed twice, which add() refuses
            layer = layer.clone()
        present.update(id(part) for _, part in walk(layer))
        fused.add(layer)
    fused.evaluate()
    return fused


def _layers(module: Module) -> Iterator[Step]:
    """The layers of a sequence, those of sequences inside it among them, each with what it states."""
    pending = [module]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Sequential) and _is_plain(inner):
            pending.extend(reversed(inner.modules))
        else:
            yield inner, stated_affine(inner)


def _is_plain(sequence: Sequential) -> bool:
    """Whether a sequence computes as `Sequential` does: its class may add a constructor, or anything else."""
    cls = type(sequence)
    return not vars(sequence).keys() & METHODS and all(getattr(cls, n) is getattr(Sequential, n) for n in METHODS)


def _without_identities(model: Module) -> list[Step]:
    """The layers that do something; an identity does at the beginning, where it makes floating numbers of integers."""
    steps: list[Step] = []
    for layer, affine in _layers(model):
        if not steps or affine is None or not affine.is_identity:
            steps.append((layer, affine))
    return steps


def _folded(steps: list[Step]) -> Iterator[Module]:
    """Let each layer take in as many of the affine maps that follow it as it can."""
    while steps:
        (layer, _), *steps = steps
        while taken := _take_in(layer, steps):
            layer, steps = taken
        yield layer


def _take_in(layer: Module, following: list[Step]) -> tuple[Module, list[Step]] | None:
    """Fold the longest composition that a layer can take in; return the new layer, and what is left to follow it."""
    if not _states(layer, "absorb"):
        return None
    compositions: list[Affine] = []
    for other, affine in following:
        composed = compositions[-1].then(affine) if compositions and affine else affine
        if composed is None or _is_wider(other, layer):
            break
        compositions.append(composed)
    for count in range(len(compositions), 0, -1):
        if (made := absorbed(layer, compositions[count - 1])) is not None:
            return made, following[count:]
    return None


def _is_wider(layer: Module, other: Module) -> bool:
    """Whether the parameters of a layer would make the results of another wider than its own do."""
    wide, narrow = (tuple(array.dtype for array in module.namedParameters().values()) for module in (layer, other))
    return bool(wide and narrow) and np.result_type(*narrow, *wide) != np.result_type(*narrow)


def _states(module: Module, word: str) -> bool:
    """Whether a module states something that can be believed by a word: ``as_affine``, ``absorb``, ``fuse_inside``."""
    cls = type(module)
    if getattr(cls, word) is getattr(Module, word) or vars(module).keys() & METHODS:
        return False
    return definition_depth(cls, word) <= definition_depth(cls, *METHODS)


def stated_affine(module: Module) -> Affine | None:
    """What a module says that it is in evaluation mode, if that is an affine map and can be believed."""
    if not _states(module, "as_affine"):
        return None
    with np.errstate(all="ignore"):  # of no variance at all, say; what is not finite is never folded
        affine = module.as_affine()
    if not isinstance(affine, Affine | None):
        raise TypeError(f"{title(module)}: expected as_affine() to return an Affine or None, received {affine!r}")
    return affine


def fused_inside(module: Module) -> Module:
    """A composite with what is inside it fused, if it says how and can be believed; any other module itself."""
    if not _states(module, "fuse_inside"):
        return module
    made = module.fuse_inside(fuse)
    if not isinstance(made, Module | None):
        raise TypeError(f"{title(module)}: expected fuse_inside() to return a module or None, received {made!r}")
    return module if made is None else made


def absorbed(module: Module, affine: Affine) -> Module | None:
    """The layer that computes what ``affine`` makes of a module's output, if the module can make one.

    None, too, if its parameters are out of the range of their dtype.
    """
    if not _states(module, "absorb"):
        return None
    with np.errstate(all="ignore"):
        made = module.absorb(affine)
    if made is module or not isinstance(made, Module | None):
        received = "itself" if made is module else repr(made)
        raise TypeError(f"{title(module)}: expected absorb() to return a new module or None, received {received}")
    return made if made is not None and _is_finite(made) else None


def _is_finite(module: Module) -> bool:
    arrays = module.namedParameters().values()
    return all(np.isfinite(array).all() for array in arrays if array.dtype.kind == "f")
