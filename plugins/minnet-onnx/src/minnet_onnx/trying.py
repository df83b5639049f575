"""`Exported`: a layer of a case with what it is in ONNX, and a batch that both are given."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array, Module
from minnet_core.nn import Tensor, leaves
from minnet_core.testing import Trial, expect_equal, fail, is_floating, largest, map_arrays, skip, structure

from .errors import BrokenExportError, ExportError
from .exporting import to_onnx
from .package import onnx
from .running import Runner

REACH = 8.0
"""How far from zero inputs are spread: past the bends of the usual activations."""


@frozen(eq=False)
class Exported:
    """A layer with what it is in ONNX, and an input of another batch than it was written with.

    Attributes:
        layer: evaluated, in float32.
        model: what it is in ONNX.
        input: in float32; indices stay integers.
        kind: how the input was drawn.
    """

    layer: Module
    model: onnx.ModelProto
    input: Tensor
    kind: str

    @property
    def where(self) -> str:
        """What is compared, for messages."""
        return f"in evaluate mode, {self.kind} input {structure(self.input)} float32"

    def expect(self, received: list[Array]) -> None:
        """Compare outputs with those of the layer in float64, as near as float32 allows, which its own float32 shows.

        Raises:
            ConformanceError: if they differ.
        """
        exact = dict(_named(_wide(self.layer).forward(map_arrays(_widened, self.input))))
        single = dict(_named(self.layer.forward(self.input)))
        epsilon = float(np.finfo(np.float32).eps)
        allowed = {
            name: 32 * largest(single[name] - array) + 64 * epsilon * largest(array) for name, array in exact.items()
        }
        if len(received) != len(exact):
            fail(f"{self.where}: expected {len(exact)} outputs, received {len(received)}")
        expect_equal(dict(zip(exact, received, strict=True)), exact, self.where, rtol=64 * epsilon, atol=allowed)


def exported_of(trial: Trial) -> Iterator[Exported]:
    """Write the layer for every shape of the case; give it longer batches, drawn and, of real numbers, spread out.

    Raises:
        NotApplicable: if nobody says what the layer is in ONNX.
    """
    for shape in trial.case.shapes:
        layer = trial.fresh("evaluate", np.float32)
        drawn = trial.draw_input(np.float32, shape)
        if any(array.ndim == 0 for array in leaves(drawn)):
            skip("its inputs have no axis for the batch")
        dtypes = map_arrays(lambda array: "float32" if is_floating(array) else "int64", drawn)
        try:
            model = to_onnx(layer, _sample_shape(structure(drawn)), dtype=dtypes, verified=False)
        except BrokenExportError as error:
            fail(str(error))
        except ExportError as error:
            skip(str(error))
        input = trial.draw_input(np.float32, _longer(structure(drawn)))
        yield Exported(layer, model, input, "drawn")
        if trial.is_real:
            yield Exported(layer, model, trial.map_real(lambda array: _spread(array, trial.rng), input), "spread")


def run(runner: Runner, exported: Exported) -> list[Array]:
    """Run what the layer is in ONNX.

    Raises:
        ConformanceError: if the program refuses it.
    """
    try:
        return runner.load(exported.model)(exported.input)
    except Exception as error:  # whatever such a program does about a model that it cannot run
        fail(f"{exported.where}: expected a model that runs, {runner.name} refuses it: {type(error).__name__}: {error}")


def _sample_shape(shape: Any) -> Any:
    """Without the batch."""
    return tuple(map(_sample_shape, shape)) if _is_table(shape) else shape[1:]


def _longer(shape: Any) -> Any:
    """Of a longer batch."""
    return tuple(map(_longer, shape)) if _is_table(shape) else (shape[0] + 3, *shape[1:])


def _is_table(shape: Any) -> bool:
    return bool(shape) and all(isinstance(part, tuple) for part in shape)


def _named(output: Tensor) -> Iterator[tuple[str, Array]]:
    for index, array in enumerate(leaves(output)):
        yield f"output {index}", array


def _wide(layer: Module) -> Module:
    wide = copy.deepcopy(layer)
    wide.astype(np.float64)
    return wide


def _widened(array: Array) -> Array:
    return array.astype(np.float64) if is_floating(array) else array


def _spread(array: Array, rng: np.random.Generator) -> Array:
    """One number from each of as many equal parts of -8 to 8 as there are elements, in any order.

    >>> np.sort(_spread(np.zeros(4), np.random.default_rng(0))) // 4
    array([-2., -1.,  0.,  1.])
    """
    parts = rng.permutation(array.size) + rng.random(array.size)
    spread: Array = (REACH * (2 * parts / array.size - 1)).reshape(array.shape).astype(array.dtype)
    return spread
