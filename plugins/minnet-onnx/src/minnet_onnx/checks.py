"""The checks: what a layer is in ONNX computes what the evaluated layer does, in every program that is here.

The package onnx is imported when the first of them runs, and not before.
"""

from __future__ import annotations

from minnet_core.nn import leaves
from minnet_core.testing import Trial, check, fail, skip

NEEDS = ("forward_runs", "layer_can_be_written_as_onnx")


@check("onnx", level="wrong result", of=["layer"], needs=["forward_runs"])
def layer_can_be_written_as_onnx(trial: Trial) -> None:
    """The layer can be written as operators of ONNX, for every shape of the case; onnx's checker finds them valid.

    Layers that nobody says the operators of are no failure: the check is skipped.
    """
    from .trying import exported_of

    for exported in exported_of(trial):
        for info in exported.model.graph.input:
            if not info.type.tensor_type.shape.dim[0].dim_param:
                fail(f"expected the first axis of {info.name} to be the batch, of any length, received {info}")


@check("onnx", level="wrong result", of=["layer"], needs=NEEDS)
def outputs_of_onnx_are_those_of_the_layer(trial: Trial) -> None:
    """Run by onnx's reference evaluator, it gives the outputs of the evaluated layer, for another batch too."""
    from .running import REFERENCE, runners
    from .trying import exported_of

    for exported in exported_of(trial):
        try:
            received = REFERENCE.load(exported.model)(exported.input)
        except Exception as error:  # it does not know all uses of all operators
            if len(runners()) > 1:
                skip(f"{REFERENCE.name} cannot run it: {type(error).__name__}: {error}")
            fail(f"{exported.where}: {REFERENCE.name} cannot run it: {type(error).__name__}: {error}")
        exported.expect(received)


@check("onnx", level="wrong result", of=["layer"], needs=NEEDS)
def outputs_of_onnxruntime_are_those_of_the_layer(trial: Trial) -> None:
    """Run by onnxruntime, it gives the outputs of the evaluated layer, for another batch too."""
    from .running import REFERENCE, runners
    from .trying import exported_of, run

    others = [runner for runner in runners() if runner is not REFERENCE]
    if not others:
        skip("onnxruntime is not installed: pip install minnet-onnx[runtime]")
    for exported in exported_of(trial):
        exported.expect(run(others[0], exported))


@check("onnx", level="wrong result", of=["layer"], needs=NEEDS)
def layer_comes_back_from_onnx(trial: Trial) -> None:
    """What is read back from ONNX computes the same, if minnet has layers for the operators."""
    from .errors import ImportOnnxError
    from .importing import from_onnx
    from .trying import exported_of

    for exported in exported_of(trial):
        try:
            again = from_onnx(exported.model)
        except ImportOnnxError as error:
            skip(str(error))
        flat = tuple(leaves(exported.input))  # as ONNX has it, which knows no nested tables
        exported.expect(list(leaves(again.forward(flat[0] if len(flat) == 1 else flat))))


CHECKS = (
    layer_can_be_written_as_onnx,
    outputs_of_onnx_are_those_of_the_layer,
    outputs_of_onnxruntime_are_those_of_the_layer,
    layer_comes_back_from_onnx,
)
"""All of them, in the order in which they run."""
