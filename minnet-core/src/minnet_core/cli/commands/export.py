"""``minnet export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...exporting import NUMPY, ExportOptions, export_file
from ...nn import read_shape
from ...source_files import import_components
from ...support import printable, printable_lines


class SampleShape(click.ParamType):  # type: ignore[type-arg]  # it is generic since click 8.3
    """The shape of a sample, without the batch: ``1,28,28``, or ``4;7`` for a table."""

    name = "shape"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text."""
        if not isinstance(value, str):
            return value
        try:
            return read_shape(value)
        except ValueError as error:
            self.fail(printable(str(error)), param, ctx)


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.argument("output", type=click.Path(dir_okay=False, writable=True))
@click.option(
    "--input-shape",
    metavar="SHAPE",
    type=SampleShape(),
    help="The shape of one sample, without the batch: 1,28,28.  [default: guessed from the first layers, and said]",
)
@click.option(
    "--prepare/--no-prepare",
    default=None,
    help="Whether what prepares the inputs (standardization, categories) becomes part of the file.  "
    "[default: as the format can]",
)
@click.option(
    "--import",
    "imports",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Run this Python file first, for its classes. May be repeated.",
)
@click.option("--numpy", "as_numpy", is_flag=True, help="Write a NumPy program, whatever the suffix of OUTPUT.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def export(
    model: str,
    output: str,
    input_shape: Any,
    prepare: bool | None,
    imports: tuple[str, ...],
    as_numpy: bool,
    force: bool,
) -> None:
    """Write MODEL, a model file, in the format that the suffix of OUTPUT names.

    What is written is the network in evaluation mode, for programs without minnet. .py is a Python file that needs
    only NumPy, with the weights in an .npz file beside it; .onnx comes with minnet-onnx; plugins can add more.
    """
    for path in imports:
        try:
            import_components(path)
        except ValueError as error:
            raise click.BadParameter(printable_lines(str(error)), param_hint="--import") from None
    options = ExportOptions(input_shape=input_shape, prepare=prepare)
    for sentence in export_file(model, output, options, exporter=NUMPY if as_numpy else None, force=force):
        click.echo(sentence)
    click.echo(f"wrote {printable(str(Path(output).resolve()))}")
