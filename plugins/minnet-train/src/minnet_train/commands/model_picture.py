"""``minnet plot --model``: the layers of a model file, and what flows between them."""

from __future__ import annotations

import os
from pathlib import Path

from minnet_core import load, read_header
from minnet_core.support import write_atomically

from ..experiment import KEY, TrainingRecord
from ..plots import PlotError
from .options import import_for
from .plotted_model import model_file


def write_model_picture(run: str, output: str, imports: tuple[str, ...]) -> None:
    """Draw a model, or that of a run, as SVG; with the shapes of all arrays if ``minnet train`` wrote the file.

    Raises:
        PlotError: if the file is to be of another kind, or cannot be written, or a run has no model yet.
    """
    if Path(output).suffix.lower() != ".svg":
        raise PlotError(f"{output}: expected the name of the picture of a model to end in .svg")
    path = model_file(run)
    header = read_header(path)
    record = TrainingRecord.read(header, path) if KEY in header.metadata else None
    import_for(() if record is None else [record], imports)
    model = load(path, prepared=True)
    picture = model.picture(None if record is None else (1, *record.preparation.columns.shape))
    try:
        write_atomically(output, str(picture).encode())
    except OSError as error:
        raise PlotError(f"{os.fspath(output)}: expected a file that can be written: {error}") from error
