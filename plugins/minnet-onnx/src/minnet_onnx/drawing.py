"""Raw data as a preparation takes them, drawn, with what becomes of them in NumPy: what its operators are held against.

Nothing here is made of the operators: it says once more, in NumPy, what `preparation` says in ONNX.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.nn import Tensor

from .preparation import Preparation

_MISSING = 0.25
"""How many of the numbers are missing, if any may be."""


def draw(preparation: Preparation, batch: int) -> tuple[tuple[Array, ...], Array]:
    """Draw raw data.

    Args:
        preparation: says what is in their columns, and how their numbers are spread.
        batch: how many samples.

    Returns:
        The inputs of the ONNX model, in their order, and what the network takes: ``(batch, *preparation.shape)``,
        float32.

    >>> from attrs import fields_dict
    >>> said = dict.fromkeys(fields_dict(Preparation)) | {"names": ("town",), "categories": (("Bern", "Rome"),)}
    >>> (towns,), prepared = draw(Preparation(**said | {"scale": 1.0, "offset": (), "spread": ()}), 3)
    >>> [str(town) for town in towns[:, 0]], prepared[:, 1].tolist()
    (['Rome', 'Rome', 'Bern'], [1.0, 1.0, 0.0])
    """
    rng = np.random.default_rng(0)
    axes = (-1,) if preparation.image is None else (-1, 1, 1)
    offset, spread = np.reshape(preparation.offset or 0.0, axes), np.reshape(preparation.spread or 1.0, axes)
    drawn = rng.standard_normal((batch, *preparation.shape))
    raw = (preparation.scale * (offset + spread * drawn)).astype(np.float32)
    if preparation.fill is not None:
        raw[rng.random(raw.shape) < _MISSING] = np.nan
    values = raw.astype(np.float64) / preparation.scale
    if preparation.has_categories:
        inputs = _columns(preparation, rng, raw, values)
    else:
        is_last = preparation.image is not None and preparation.image[3]
        inputs = (np.moveaxis(raw, 1, -1) if is_last else raw,)
    if preparation.fill is not None:
        values = np.where(np.isnan(values), np.reshape(preparation.fill, preparation.shape), values)
    if preparation.offset:
        values = np.where(spread == 0, 0.0, (values - offset) / np.where(spread == 0, 1.0, spread))
    return inputs, values.astype(np.float32)


def answered(preparation: Preparation, output: Tensor) -> Tensor:
    """What the network answers, in the units of the raw targets."""
    if preparation.answers is None or isinstance(output, tuple):
        return output
    offset, spread = preparation.answers
    wide: Array = output.astype(np.float64) * np.asarray(spread) + np.asarray(offset)
    return wide.astype(np.float32)


def _columns(preparation: Preparation, rng: np.random.Generator, raw: Array, values: Array) -> tuple[Array, ...]:
    """A column each, of which ``values`` get the places of the texts."""
    inputs, start = [], 0
    for texts in preparation.categories:
        end = start + (len(texts) or 1)
        if texts:
            chosen = rng.integers(len(texts), size=len(raw))
            values[:, start:end] = np.eye(len(texts))[chosen]
            inputs.append(np.array(texts, object)[chosen, None])
        else:
            inputs.append(raw[:, start:end])
        start = end
    return tuple(inputs)
