"""`verify`: a program that is not written unless it runs, and computes what the network does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...errors import ExportError, described
from ...nn import Array, Module
from ...state import sandboxed
from ..exporter import Lengths
from ..sample_shape import guess_sample_shape

TOLERANCE = 1e-3
"""How far an output may be off, as a part of the largest number in it: float32 in a deep network."""

_TRIES = 4
"""How many shapes are tried if nobody has said one: each takes a copy of the network."""


UNKNOWN = "nobody says the shape of a sample; --input-shape 1,28,28"


def verify(text: str, weights: bytes, name: str, model: Module, shape: Lengths | tuple[Lengths, ...] | None) -> str:
    """Run a program beside its weights, and on a batch of two, if it is known how large a sample is.

    Args:
        text: the program.
        weights: the content of the file of its weights.
        name: of that file.
        model: the network, in evaluation mode; a copy computes.
        shape: of a sample, if somebody says it.

    Returns:
        Why the outputs were not compared: nobody knows the shape, or the network refuses it; empty if they were.

    Raises:
        ExportError: if the program fails, or its outputs are others than those of the network.
    """
    with TemporaryDirectory(prefix="minnet-") as folder, sandboxed():
        path = Path(folder, "program.py")
        path.with_name(name).write_bytes(weights)
        program: dict[str, Any] = {"__name__": "program", "__file__": str(path)}
        try:
            exec(compile(text, str(path), "exec"), program)
        except Exception as error:
            raise _failed(error) from error
        computed = _computed(model, shape)
        if isinstance(computed, str):
            return computed
        x, expected = computed
        try:
            received = program["forward"](x)
        except Exception as error:
            raise _failed(error) from error
        for place, difference in enumerate(_differences(expected, received)):
            if not difference <= TOLERANCE:
                raise ExportError(
                    "expected a program that computes what the model does, received one whose output "
                    f"{place} differs by {difference:.3g} of its largest number; a formula (minnet.formulas) says "
                    "something else than its layer computes"
                )
        return ""


def _failed(error: Exception) -> ExportError:
    return ExportError(f"expected a program that runs, received one that fails: {described(error)}")


def _computed(model: Module, shape: tuple[Any, ...] | None) -> tuple[Any, Any] | str:
    """A batch, and what the network makes of it; or why there is none."""
    shape = guess_sample_shape(model, tries=_TRIES) if shape is None else shape
    if shape is None:
        return UNKNOWN
    rng = np.random.default_rng(0)
    refused = ""
    for dtype in (np.float32, np.int64):  # numbers, and indices, of which 0 is always one
        try:
            x = _drawn(shape, dtype, rng)
            return x, model.clone().forward(x)
        except Exception as error:  # whatever a layer does about an input of another kind
            refused = refused or described(error)
    return refused


def _drawn(shape: tuple[Any, ...], dtype: Any, rng: np.random.Generator) -> Any:
    if shape and isinstance(shape[0], tuple):
        return tuple(_drawn(each, dtype, rng) for each in shape)
    return rng.standard_normal((2, *shape)).astype(dtype) * (dtype is np.float32)


def _differences(expected: Any, received: Any) -> Iterator[float]:
    """How far each output is off, as a part of the largest number in it; inf if shapes differ."""
    if isinstance(expected, tuple):
        if not isinstance(received, tuple) or len(received) != len(expected):
            yield float("inf")
            return
        for pair in zip(expected, received, strict=True):
            yield from _differences(*pair)
    elif np.shape(expected) != np.shape(received):
        yield float("inf")
    else:
        yield _difference(np.asarray(expected, np.float64), np.asarray(received, np.float64))


def _difference(expected: Array, received: Array) -> float:
    same = (expected == received) | (np.isnan(expected) & np.isnan(received))
    apart = np.where(same, 0.0, np.abs(expected - received))
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=1e-6)
    return float((apart / largest).max(initial=0.0))
