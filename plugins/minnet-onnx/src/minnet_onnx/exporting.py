"""`to_onnx`: a model as an ONNX model, which computes what the evaluated one does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array, CounterpartError, Module, Reference, expect_counterpart
from minnet_core.errors import described
from minnet_core.nn import Tensor, definition_depth
from minnet_core.plugins import plugin_host
from minnet_core.support import printable

from . import __version__
from .containers import EXPORTS
from .errors import BrokenExportError, ExportError
from .graph import Export, OnnxGraph, Output, Value, known, samples_of
from .operators import RULES, Call
from .package import helper, onnx
from .preparation import Preparation, answered, draw
from .running import verify

OPSET = 18
"""The operators are those of this version of ONNX."""

IR_VERSION = 9
"""The version of the file format: what every onnxruntime that knows the opset reads."""

BATCHES = (2, 3)
"""The lengths of the batches that run through the model: what differs between the two changes with the batch."""

MOST = 2**31 - 2**20
"""So many bytes of arrays an ONNX file can hold, which protobuf limits to 2 GiB."""

_MISPREPARED = "what stands in front of the network, or behind it, computes what the preparation does not"

_PASSES = ("__call__", "forward", "updateOutput")


def to_onnx(
    module: Module,
    input_shape: tuple[Any, ...],
    *,
    dtype: Any = None,
    preparation: Preparation | None = None,
    metadata: Mapping[str, str] | None = None,
    name: str = "minnet",
    verified: bool = True,
) -> onnx.ModelProto:
    """Write a model as ONNX: opset 18, float32, any length of batch.

    What it computes is what the evaluated model does: layers that only matter in training vanish. The model itself
    stays as it is. Inputs are called ``input``, or ``input_0`` and so on for a table, and outputs likewise; the first
    axis of each is the batch. Each layer becomes the operators of its counterpart in PyTorch, which its ``EXAMPLES``
    name, or what a plugin says by the hook ``minnet_export``.

    PyTorch: ``torch.onnx.export(module, x, dynamo=True)``.

    Args:
        module: the model.
        input_shape: of one sample, ``(784,)``; a tuple of shapes for a table.
        dtype: of the inputs, ``float32`` or ``int64``, a tuple of such for a table; without it, ``float32``, or
            ``int64`` if the model refuses that.
        preparation: of raw data, which the model then takes, and answers in their units; `Preparation.read` reads that
            of a model file.
        metadata: what is kept in the model beside what minnet says of it.
        name: of the graph.
        verified: run both on a batch, and compare; with a preparation, on a batch of raw data too.

    Raises:
        TypeError: if they are no module and no shape.
        ExportError: naming the first layer that has no operators in ONNX; if the two differ; or if a column of raw
            data has the name of an output.

    >>> import numpy as np
    >>> from minnet_core import Sequential
    >>> from minnet_onnx import to_onnx
    >>> model = to_onnx(Sequential(), (3,))
    >>> model.graph.node[0].op_type, model.opset_import[0].version
    ('Identity', 18)
    """
    if not isinstance(module, Module):
        raise TypeError(f"to_onnx: expected a minnet Module, received {type(module).__name__}")
    if not _is_shape(input_shape):
        raise TypeError(
            f"to_onnx: expected the shape of a sample, as (784,), or a tuple of shapes, received {input_shape!r}"
        )
    module = module.clone()
    module.astype(np.float32)
    module.evaluate()
    if preparation is None:
        samples = _samples(module, input_shape, dtype)
    elif tuple(input_shape) != preparation.shape:
        raise ExportError(
            f"expected the shape of samples that are prepared, {preparation.shape}, received {input_shape}"
        )
    else:
        samples = [draw(preparation, batch)[1].reshape(batch, *input_shape) for batch in BATCHES]
    expected = [_forward(module, each) for each in samples]
    model = _written(module, samples, expected, name)
    if verified:
        verify(model, samples[-1], expected[-1])
    if preparation is not None:
        model = _written(module, samples, expected, name, preparation)
        if verified:
            raw, prepared = draw(preparation, BATCHES[-1])
            verify(model, raw, answered(preparation, _forward(module, prepared)), _MISPREPARED)
    helper.set_model_props(model, {key: str(text) for key, text in (metadata or {}).items()})
    return model


def _is_shape(shape: object) -> bool:
    """Whether it is a tuple of lengths, or of such tuples."""
    return isinstance(shape, (tuple, list)) and all(
        _is_shape(each) or (isinstance(each, (int, np.integer)) and each >= 0) for each in shape
    )


def _written(
    module: Module, samples: list[Tensor], expected: list[Tensor], name: str, preparation: Preparation | None = None
) -> onnx.ModelProto:
    graph = OnnxGraph(export_module)
    value = known(_inputs(samples[0], "input"), samples)
    for each in leaves_of(value):
        graph.fresh(each.name)  # taken from now on, by what the model takes and what it makes
    for name_of_output in (each.name for each in leaves_of(_inputs(expected[0], "output"))):
        graph.fresh(name_of_output)
    infos = [_info(each) for each in leaves_of(value)]
    if preparation is not None:
        infos, prepared = preparation.write(graph)
        value = known(prepared, samples)
    exported = graph.export(module, value)
    exported = exported if samples_of(exported) else known(exported, expected)
    if preparation is not None:
        exported = known(preparation.write_answers(graph, exported), [answered(preparation, each) for each in expected])
    outputs = _named_outputs(graph, exported)
    answers = {each.name for each in outputs}
    if taken := next((info.name for info in infos if info.name in answers), None):
        raise ExportError(
            f"a column may not be called {printable(taken)!r}, as an answer of the model is; rename it, or leave the "
            "preparation out: --no-prepare"
        )
    arrays = list(graph.initializers.values())
    if (size := sum(len(array.raw_data) for array in arrays)) > MOST:
        raise ExportError(f"expected arrays of at most {MOST:,} bytes, as one ONNX file can hold, received {size:,}")
    is_wide = preparation is not None and preparation.answers_are_wide
    proto = helper.make_graph(graph.nodes, name, infos, [_info(each, is_wide=is_wide) for each in outputs], arrays)
    model = helper.make_model(
        proto, opset_imports=_opsets(graph), functions=list(graph.functions.values()), ir_version=IR_VERSION
    )
    model.producer_name, model.producer_version = "minnet", __version__
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # its own classes, which differ from version to version
        raise BrokenExportError(f"expected operators that ONNX has, received some that it refuses: {error}") from error
    return model


def _opsets(graph: OnnxGraph) -> list[onnx.OperatorSetIdProto]:
    """The version of each domain that has operators here: ONNX's own, that of texts, those of strangers."""
    domains = {node.domain for node in graph.nodes if node.domain} | {domain for domain, _ in graph.functions}
    versions = {"": OPSET, **{domain: 3 if domain == "ai.onnx.ml" else 1 for domain in sorted(domains)}}
    return [helper.make_opsetid(domain, version) for domain, version in versions.items()]


def export_module(module: Module, value: Value, graph: OnnxGraph) -> Value:
    """Write one module.

    What it becomes is said by the first of these that says something: a hook ``minnet_export``, or minnet-onnx itself
    for the containers of the core; the counterpart in PyTorch; `Module.as_affine`.

    Raises:
        ExportError: if none does; or a layer is used in a way that ONNX has no operators for.
    """
    samples = samples_of(value)
    try:
        function = _function_of(module)
        if function is not None:
            made = _guarded(function, module, value, graph)
            return made if samples_of(made) else known(made, [_forward(module, each) for each in samples])
        outputs = [_forward(module, each) for each in samples]
        try:
            reference = expect_counterpart(module)
        except CounterpartError as error:
            lack = str(error)
        else:
            lack = f"for {reference.name} there are no operators here"
            if reference.name in RULES:
                made = known(_inputs(outputs[0], ""), outputs)
                return known(
                    RULES[reference.name](Call(graph, reference, _arrays(module, reference), value, made)), outputs
                )
        affine = module.as_affine() if isinstance(value, Output) else None
        if affine is not None:
            return known(graph.affine(value, affine), outputs)
    except ExportError as error:
        if getattr(error, "is_placed", False):
            raise
        raise _placed(type(error)(f"{_title(module)}: {error}")) from error
    raise _placed(
        ExportError(
            f"{_title(module)} cannot be written as ONNX: no plugin exports it by the hook minnet_export, and what "
            f"PyTorch has for it is not known ({lack}){_failures()}"
        )
    )


def leaves_of(value: Value) -> list[Output]:
    """The values of a table, in order."""
    return [leaf for part in value for leaf in leaves_of(part)] if isinstance(value, tuple) else [value]


def _function_of(module: Module) -> Export | None:
    """What a plugin says of the class, or of a base of which it redefines no pass."""
    cls = type(module)
    if vars(module).keys() & {*_PASSES}:
        return None
    said = _exports()
    return next((said[base] for base in cls.__mro__[: definition_depth(cls, *_PASSES) + 1] if base in said), None)


def _exports() -> dict[type, Export]:
    host = plugin_host()
    said: dict[type, Export] = dict(EXPORTS)
    for plugin in list(host.loaded):
        said.update(host.call(plugin, "minnet_export", dict) or {})
    return said


def _guarded(function: Export, module: Module, value: Value, graph: OnnxGraph) -> Value:
    try:
        return function(module, value, graph)
    except ExportError:
        raise
    except RecursionError as error:
        raise ExportError("modules that are nested so deeply cannot be written as ONNX") from error
    except Exception as error:  # whatever a plugin does
        raise BrokenExportError(f"what a plugin says that it is in ONNX fails: {described(error)}") from error


def _failures() -> str:
    """What is wrong with plugins that would say more, as a sentence behind a message."""
    failed = [str(failure) for failure in plugin_host().failures.values()]
    return f"; {failed[0]}" if failed else ""


def _arrays(module: Module, reference: Reference) -> dict[str, Array]:
    """The arrays of a layer by the names of its counterpart; one that there is not, as before training, is left out."""
    found = {its: getattr(module, name, None) for name, its in reference.parameters.items()}
    return {name: np.asarray(array) for name, array in found.items() if array is not None}


def _samples(module: Module, shape: tuple[Any, ...], dtype: Any) -> list[Tensor]:
    """Draw two batches that the model takes: real numbers, or indices, of which 0 and 1 will be rows of a table."""
    first: Exception | None = None
    for kind, most in itertools.product([dtype] if dtype else ["float32", "int64"], (2, 1)):
        rng = np.random.default_rng(0)
        drawn = [_drawn(rng, shape, kind, batch, most) for batch in BATCHES]
        try:
            for each in drawn:
                _forward(module, each)
            return drawn
        except Exception as error:  # whatever a layer does about an input that it does not take
            first = first or error
    assert first is not None
    raise ExportError(
        f"expected a model that takes samples of shape {shape}, received {_title(module)}, which says: {first}"
    ) from first


def _drawn(rng: np.random.Generator, shape: Any, dtype: Any, batch: int, most: int) -> Tensor:
    if shape and all(isinstance(part, tuple) for part in shape):
        dtypes = dtype if isinstance(dtype, tuple) else (dtype,) * len(shape)
        return tuple(_drawn(rng, part, its, batch, most) for part, its in zip(shape, dtypes, strict=True))
    lengths = (batch, *shape)
    if dtype not in ("float32", "int64"):
        raise ExportError(f"dtype: expected float32 or int64, received {dtype!r}")
    return rng.integers(0, most, lengths) if dtype == "int64" else rng.standard_normal(lengths, np.float32)


def _forward(module: Module, input: Tensor) -> Tensor:
    with np.errstate(all="ignore"):  # drawn numbers need not be in the domain of a layer
        return module.forward(input)


def _inputs(sample: Tensor, name: str) -> Value:
    if isinstance(sample, tuple):
        return tuple(_inputs(part, f"{name}_{index}") for index, part in enumerate(sample))
    return Output(name)


def _named_outputs(graph: OnnxGraph, value: Value, name: str = "output") -> list[Output]:
    """Give what the model makes its names, by a node each: an input may be an output too, or one value several."""
    if isinstance(value, tuple):
        return [each for i, part in enumerate(value) for each in _named_outputs(graph, part, f"{name}_{i}")]
    graph.nodes.append(helper.make_node("Identity", [value.name], [name], f"{name}_node"))
    return [Output(name, value.samples)]


def _info(value: Output, *, is_wide: bool = False) -> onnx.ValueInfoProto:
    wide = onnx.TensorProto.DOUBLE if is_wide else onnx.TensorProto.FLOAT
    kind = onnx.TensorProto.INT64 if value.is_integer else wide
    batches = tuple(len(sample) if sample.ndim else 0 for sample in value.samples)
    lengths: Sequence[Any] = [
        length if length is not None else "batch" if axis == 0 and batches == BATCHES else f"{value.name}_{axis}"
        for axis, length in enumerate(value.shape)
    ]
    return helper.make_tensor_value_info(value.name, kind, lengths)


def _title(module: Module) -> str:
    lines = repr(module).splitlines() or [""]
    return printable(lines[0] if len(lines) == 1 else type(module).__name__, 200)


def _placed(error: ExportError) -> ExportError:
    """Mark an error that names its layer: a container says nothing more of it."""
    error.is_placed = True  # type: ignore[attr-defined]
    return error
