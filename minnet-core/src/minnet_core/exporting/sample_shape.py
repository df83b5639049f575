"""`guess_sample_shape`: what one sample of a model's input looks like, if its first layers tell."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

import numpy as np

from ..nn import Module, walk_all
from ..state import sandboxed

_COUNTS = ("n_in", "n_feats", "num_features", "in_features")
"""The attributes in which layers keep how many features they take."""


def guess_sample_shape(model: Module, *, tries: int | None = None) -> tuple[int, ...] | None:
    """Guess the shape of a sample, without the batch, from the first layers that have parameters or sizes.

    What they suggest is tried, by a forward of zeros through a copy.

    Args:
        model: the model.
        tries: how many suggestions are tried at most; None for all.

    Returns:
        The shape; None if none that is suggested passes, as of images, whose sizes no convolution tells.
    """
    for count in islice(dict.fromkeys(_suggested(model)), tries):
        with sandboxed():
            try:
                model.clone().forward(np.zeros((2, count), np.float32))
            except Exception:  # whatever a layer does about an input of another shape
                continue
        return (count,)
    return None


def _suggested(model: Module) -> Iterator[int]:
    """Suggest numbers of features, those of the first layers first."""
    for _, module, _ in walk_all(model):
        for name in _COUNTS:
            count = getattr(module, name, None)
            if isinstance(count, (int, np.integer)) and count > 0:
                yield int(count)
        for value in vars(module).values():  # such as the sizes into which Unflatten parts a row
            if isinstance(value, tuple) and value and all(isinstance(each, int) and each > 0 for each in value):
                yield math.prod(value)
        for array in vars(module).values():  # such as W, which is (n_out, n_in)
            if isinstance(array, np.ndarray) and array.ndim:
                yield array.shape[-1]
