"""The exporter of ``minnet export model.safetensors model.onnx``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minnet_core import Module
from minnet_core.exporting import ExportOptions, guess_sample_shape
from minnet_core.nn import shape_text
from minnet_core.saving import ModelHeader
from minnet_core.support import printable, write_atomically

from .errors import ExportError
from .exporting import to_onnx
from .preparation import RECORD, Preparation


def write_onnx(model: Module, header: ModelHeader, path: Path, options: ExportOptions) -> list[str]:
    """Write a network as ONNX, with its preparation if the file has one that ONNX can hold.

    Args:
        model: the network.
        header: what its file says of itself.
        path: of the ONNX file.
        options: the shape of a sample, and whether the preparation becomes part of the file.

    Returns:
        What there is to say of it.

    Raises:
        ExportError: if a layer has no operators in ONNX, or the preparation has none and was asked for.
    """
    said: list[str] = []
    preparation = _preparation(header, options, said)
    shape = options.input_shape or (preparation.shape if preparation else _recorded_shape(header))
    if shape is None:
        shape = guess_sample_shape(model)
        if shape is None:
            raise ExportError(
                "expected the shape of a sample, which its first layers do not tell; say it, without the batch: "
                "--input-shape 1,28,28"
            )
        said.append(f"a sample is taken to be of shape {shape_text(shape)}; --input-shape says another")
    metadata = dict(_metadata(header))
    written = to_onnx(model, shape, preparation=preparation, metadata=metadata, name=printable(path.stem, 100))
    write_atomically(path, written.SerializeToString())
    if preparation is not None:
        said.append("it takes raw data: their preparation is part of it")
        said.extend(_told(preparation))
    said.append(f"opset {written.opset_import[0].version}, {len(written.graph.node)} operators")
    return said


def _told(preparation: Preparation) -> Iterator[str]:
    """What whoever runs the file must know of its inputs."""
    calendars = preparation.calendars or (None,) * len(preparation.names)
    for kind, since in (("date", "1970-01-01, in UTC"), ("time", "midnight")):
        names = [name for name, each in zip(preparation.names, calendars, strict=True) if each and each.kind == kind]
        if names:
            yield f"{', '.join(names)}: float64, seconds since {since}"
    far = zip(preparation.names, preparation.wide, calendars, strict=True)
    if names := [name for name, is_wide, calendar in far if is_wide and not calendar]:
        yield f"{', '.join(names) if preparation.is_table else 'input'}: float64, for numbers far from zero"


def _preparation(header: ModelHeader, options: ExportOptions, said: list[str]) -> Preparation | None:
    """The preparation that becomes part of the file; if it cannot and nobody asked for it, that is said."""
    if options.prepare is False or (options.prepare is None and header.prepared_by is None):
        return None
    try:
        found = Preparation.read(header.metadata)
    except ExportError as error:
        if options.prepare:
            raise
        said.append(f"it takes data that are prepared already, as {header.prepared_by} does: {error}")
        return None
    if found is None and options.prepare:
        raise ExportError("expected a model file that says how its inputs are prepared, received one that does not")
    return found


def _recorded_shape(header: ModelHeader) -> tuple[int, ...] | None:
    """The shape of a sample, if the record of the training tells it."""
    try:
        found = Preparation.read(header.metadata)
    except ExportError:
        return None
    return None if found is None else found.shape


def _metadata(header: ModelHeader) -> Iterator[tuple[str, str]]:
    """What an ONNX model keeps of a model file: names of classes, the record of its training, its components."""
    record: Any = header.metadata.get(RECORD)
    if isinstance(record, dict):
        for key in ("classes", "outputs", "experiment", "card", "fingerprint"):
            if record.get(key):
                yield key, record[key] if isinstance(record[key], str) else json.dumps(record[key], sort_keys=True)
    yield "components", json.dumps(header.components, sort_keys=True)
