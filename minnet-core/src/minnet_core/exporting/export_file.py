"""`export_file`: a model file, written in another format."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import evolve

from ..errors import ExportError
from ..nn import shape_text
from ..saving import load, path_text, read_header
from ..support import printable
from .exporter import Exporter, ExportOptions
from .exporters import exporter_for
from .sample_shape import guess_sample_shape


def export_file(
    model: str | os.PathLike[str],
    output: str | os.PathLike[str],
    options: ExportOptions | None = None,
    *,
    exporter: Exporter | None = None,
    force: bool = False,
) -> list[str]:
    """Write a model file in the format that the suffix of ``output`` names.

    Args:
        model: a model file.
        output: the file to write.
        options: what has been chosen.
        exporter: another one than the suffix asks for.
        force: replace files that are there.

    Returns:
        What there is to say of it, a sentence each.

    Raises:
        ExportError: if no exporter is there for the suffix, it cannot write this model, or a file would be replaced.
        ModelFileError: if ``model`` is no model file.
        OSError: if a file cannot be read or written.
    """
    exporter = exporter_for(output) if exporter is None else exporter
    path = Path(output)
    if path.suffix.lower() in exporter.beside:
        raise ExportError(
            f"{path_text(path)}: expected another suffix than {path.suffix}, of the file that is written beside it, "
            "received that"
        )
    written = [path, *(path.with_suffix(suffix) for suffix in exporter.beside)]
    for each in written:
        if each.exists() and Path(model).exists() and each.samefile(model):
            raise ExportError(f"{path_text(each)}: expected another file than the model, received that")
        if each.exists() and not force:
            raise ExportError(f"{path_text(each)}: the file exists already; --force (force=True) replaces it")
    header = read_header(model)
    options = options or ExportOptions()
    network = load(model, prepared=True)
    network.evaluate()
    notes = []
    if exporter.needs_input_shape and options.input_shape is None:
        shape = guess_sample_shape(network)
        if shape is None:
            raise ExportError(
                f"{path_text(model)}: expected the shape of a sample, which its first layers do not tell; say it, "
                "without the batch: --input-shape 1,28,28"
            )
        options = evolve(options, input_shape=shape)
        notes.append(f"a sample is taken to be of shape {shape_text(shape)}; --input-shape says another")
    said = exporter.export(network, header, path, options)
    return [*notes, *map(printable, said or ())]
