"""``minnet predict``."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from io import StringIO

import click

from minnet_core import compile as compile_forward, read_header
from minnet_core.support import printable

from ..display import reading_display, say_notes, weights_text
from ..evaluation import CHUNK, FORMATS, Predictor, format_of, predict_rows, streamed
from ..experiment import TrainingRecord
from ..training import Threads
from .options import FilePattern, import_for, import_option, threads_option


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.argument("data", type=FilePattern(exists=True))
@click.option("-o", "--output", type=click.Path(allow_dash=True), default="-", help="Write to this file instead.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    help="Output format.  [default: by the suffix of --output, else CSV]",
)
@import_option
@threads_option
@click.option(
    "--probabilities/--no-probabilities", default=True, help="Whether to write a number for each class (the default)."
)
@click.option(
    "--unknown",
    type=click.Choice(["error", "ignore"]),
    help="What a text is that the training data did not have.  [default: as unknown in the experiment says]",
)
def predict(
    model: str,
    data: str,
    output: str,
    form: str | None,
    imports: tuple[str, ...],
    threads: int | None,
    probabilities: bool,
    unknown: str | None,
) -> None:
    """Predict the target of each row of the file DATA with MODEL, a file that `minnet train` wrote.

    DATA is a CSV, Parquet, Feather, JSON lines, NPY or NPZ file, of any size: it is read in chunks.
    For images it may be a folder of pictures, in folders by class or not, or a picture.
    A pattern in quotes, such as '2024/*.csv', is several files.
    It holds the features as they were in the training data, not scaled; the preparation is in the model.
    If a CSV file and the model both have headers, columns are found by their names, and others are ignored.
    Writes the predicted class of each row, its probability, and that of each class; `score` instead if the model's
    outputs are no probabilities. For a regression, writes the values.
    A text that is none of the categories of its column is an error, or, if it is ignored, none of them.
    Of which epoch the model is, is said on standard error.
    """
    if imports:
        import_for([TrainingRecord.read(read_header(model), model)], imports)
    predictor = Predictor.load(model)
    if unknown is not None:
        predictor = predictor.taking(unknown)
    parts, notes = predictor.open(data)
    say_notes(notes)
    click.echo(weights_text(predictor.record), err=True)
    predicted = predict_rows(compile_forward(predictor.model), predictor.record, model, parts, with_all=probabilities)
    with nullcontext(sys.stdout) if output == "-" else streamed(output) as file:
        is_terminal = file is sys.stdout and file.isatty()
        if file is sys.stdout and not is_terminal:
            with suppress(AttributeError, ValueError):  # somebody may have replaced it
                # UTF-8 as JSON, and as what is read again; bytes of a name that is none are escapes, as in JSON.
                file.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        limited = Threads.chosen(predictor.model, CHUNK, predictor.record.preparation.width, wanted=threads)
        with reading_display(shown=not is_terminal), limited.limit():
            FORMATS[form or format_of(output)](predicted, _Terminal() if is_terminal else file)


class _Terminal(StringIO):
    """What a terminal shows of predictions: a class may be called by what a terminal would obey."""

    def write(self, text: str) -> int:
        return sys.stdout.write("\n".join(printable(line, sys.maxsize) for line in text.split("\n")))
