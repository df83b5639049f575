"""``minnet predict``."""

from __future__ import annotations

from typing import IO

import click


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.argument("data", type=click.Path(exists=True, dir_okay=False))
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="Write here instead.")
def predict(model: str, data: str, output: IO[str]) -> None:
    """Predict the class of each row of the CSV file DATA with MODEL, a file that `minnet train` wrote.

    DATA holds the features as they were in the training data, not scaled, with a header or without.
    If both have headers, columns are found by their names, and others are ignored.
    Prints CSV: the predicted class of each row and its probability, or `score` if the model's outputs are none.
    """
    import csv

    from minnet_core import load, read_header

    from ..csv_table import CsvTable
    from ..measurement import as_probabilities, outputs
    from ..record import TrainingRecord

    record = TrainingRecord.read(read_header(model), model)
    answers = outputs(load(model), record.inputs(CsvTable.read(data)))
    record.expect_outputs(answers.shape[1:], model)
    probabilities = as_probabilities(answers)
    scores = answers if probabilities is None else probabilities
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["label", "score" if probabilities is None else "probability"])
    for label, score in zip(answers.argmax(axis=1), scores.max(axis=1), strict=True):
        writer.writerow([record.classes[label], f"{score:.6g}"])
