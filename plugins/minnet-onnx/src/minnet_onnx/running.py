"""Running an ONNX model: by onnx's own reference evaluator, and by onnxruntime where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array
from minnet_core.nn import Tensor, leaves

from .errors import ExportError
from .package import onnx

TOLERANCE = 1e-3
"""How far the outputs of a whole model may be from its own, as a part of the largest number: float32 errors grow."""


_DTYPES: dict[int, Any] = {
    onnx.TensorProto.FLOAT: np.float32,
    onnx.TensorProto.DOUBLE: np.float64,
    onnx.TensorProto.INT64: np.int64,
    onnx.TensorProto.STRING: np.object_,
}
"""Of what models take that `to_onnx` writes."""


@frozen
class Runner:
    """A program that runs ONNX models.

    Attributes:
        name: of the program.
        load: makes a function of a model, from the arrays of an input, or a table, to those of the output.
    """

    name: str
    load: Callable[[onnx.ModelProto], Callable[[Tensor], list[Array]]]


def runners() -> list[Runner]:
    """What there is here: onnx's reference evaluator always, onnxruntime if it is installed."""
    try:
        import onnxruntime  # noqa: F401  # whether it can be imported
    except ImportError:
        return [REFERENCE]
    return [REFERENCE, Runner("onnxruntime", _load_runtime)]


def _load_reference(model: onnx.ModelProto) -> Callable[[Tensor], list[Array]]:
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(model)

    def run(input: Tensor) -> list[Array]:
        with np.errstate(all="ignore"):
            return [np.asarray(array) for array in evaluator.run(None, _feed(model, input))]

    return run


def _load_runtime(model: onnx.ModelProto) -> Callable[[Tensor], list[Array]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a pool of threads takes longer than a small model
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])

    def run(input: Tensor) -> list[Array]:
        return [np.asarray(array) for array in session.run(None, _feed(model, input))]

    return run


REFERENCE = Runner("onnx's reference evaluator", _load_reference)


def verify(
    model: onnx.ModelProto,
    input: Tensor,
    expected: Tensor,
    blamed: str = "a layer computes what its counterpart does not",
) -> None:
    """Run an ONNX model on an input, by the fastest program here, and compare it with what the model computed.

    What the reference evaluator alone cannot run, grouped transposed convolutions for one, is not compared.

    Args:
        model: the ONNX model.
        input: an array, or a table of them, for its inputs in their order.
        expected: what the model computes of them.
        blamed: what is wrong if they differ, as the end of a sentence.

    Raises:
        ExportError: if they differ by more than float32 explains, or onnxruntime refuses the model.
    """
    runner = runners()[-1]
    try:
        received = runner.load(model)(input)
    except Exception as error:  # whatever such a program does about a model that it cannot run
        if runner is REFERENCE:
            return
        raise ExportError(
            f"expected an ONNX model that runs, received one that {runner.name} refuses: {error}"
        ) from error
    for index, difference in enumerate(differences(expected, received)):
        if not difference <= TOLERANCE:
            raise ExportError(
                f"expected the outputs of the model, received from {runner.name} an output {index} that differs by "
                f"{difference:.3g} of its largest number; {blamed}"
            )


def differences(expected: Tensor, received: list[Array]) -> Iterator[float]:
    """How far each output is from what is expected, as a part of the largest number in it; inf if shapes differ."""
    for wanted, its in zip(leaves(expected), received, strict=True):
        if wanted.shape != its.shape:
            yield float("inf")
            continue
        exact, found = wanted.astype(np.float64), its.astype(np.float64)
        with np.errstate(invalid="ignore"):
            same = (exact == found) | (np.isnan(exact) & np.isnan(found))
            apart = np.where(same, 0.0, np.abs(exact - found))
        largest = np.abs(exact[np.isfinite(exact)]).max(initial=1e-6)
        yield float((apart / largest).max(initial=0.0))


def _feed(model: onnx.ModelProto, input: Tensor) -> dict[str, Any]:
    feed = {}
    for info, array in zip(model.graph.input, leaves(input), strict=True):
        feed[info.name] = np.ascontiguousarray(array, _DTYPES[info.type.tensor_type.elem_type])
    return feed
