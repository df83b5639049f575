"""What layers state of themselves, ``as_affine`` and ``absorb``, and when that is believed.

A subclass inherits a statement, but may compute something else: a Dropout that goes on dropping in evaluation mode.
So a statement counts only where it is defined no farther up than every method that it is about.
"""

from __future__ import annotations

import numpy as np

from ..nn import Affine, Module, title

METHODS = frozenset({"__call__", "forward", "updateOutput", "backward", "updateGradInput", "train", "evaluate"})
"""What a statement is about: the passes, and what leads to evaluation mode."""


def states(module: Module, word: str) -> bool:
    """Whether a module states something by this word, ``as_affine`` or ``absorb``, that can be believed."""
    lineage = type(module).__mro__

    def distance(name: str) -> int:
        return next(steps for steps, cls in enumerate(lineage) if name in vars(cls))

    stated = distance(word)
    return lineage[stated] is not Module and not vars(module).keys() & METHODS and stated <= min(map(distance, METHODS))


def stated_affine(module: Module) -> Affine | None:
    """What a module says that it is in evaluation mode, if that is an affine map and can be believed.

    Raises:
        TypeError: if it says something else.
    """
    if not states(module, "as_affine"):
        return None
    with np.errstate(all="ignore"):  # of no variance at all, say; what is not finite is never folded
        affine = module.as_affine()
    if not isinstance(affine, Affine | None):
        raise TypeError(f"{title(module)}: expected as_affine() to return an Affine or None, received {affine!r}")
    return affine


def absorbed(module: Module, affine: Affine) -> Module | None:
    """The layer that computes what ``affine`` makes of a module's output, if the module can make one.

    Returns:
        A new layer; None if there is none, or its parameters are out of the range of their dtype.

    Raises:
        TypeError: if ``absorb`` returns something else than a new module or None.
    """
    if not states(module, "absorb"):
        return None
    with np.errstate(all="ignore"):
        made = module.absorb(affine)
    if made is module or not isinstance(made, Module | None):
        received = "itself" if made is module else repr(made)
        raise TypeError(f"{title(module)}: expected absorb() to return a new module or None, received {received}")
    return made if made is not None and _is_finite(made) else None


def defined_alike(module: Module, cls: type[Module]) -> bool:
    """Whether a module computes by the methods of ``cls``: its own class may add a constructor, or anything else."""
    return not vars(module).keys() & METHODS and all(getattr(type(module), n) is getattr(cls, n) for n in METHODS)


def _is_finite(module: Module) -> bool:
    arrays = module.namedParameters().values()
    return all(np.isfinite(array).all() for array in arrays if array.dtype.kind == "f")
