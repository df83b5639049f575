"""``minnet evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..data_config import DataConfig
    from ..measurement import Measurement
    from ..record import TrainingRecord
    from ..samples import Samples


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option("--data", type=click.Path(exists=True, dir_okay=False), help="Where its CSV file is now.")
def evaluate(model: str, data: str | None) -> None:
    """Measure MODEL, a file that `minnet train` wrote, on the samples that were held out from its training."""
    from attrs import evolve

    from minnet_core import load, read_header

    from ..components import build_criterion
    from ..measurement import measure
    from ..record import TrainingRecord

    record = TrainingRecord.read(read_header(model), model)
    source = evolve(record.experiment.data, source=data) if data else record.experiment.data
    samples = _held_out(record, model, source)
    record.expect_outputs(samples.targets.shape[1:], model)
    measured = measure(load(model), build_criterion(record.experiment), samples)
    click.echo(
        f"{source.source}: {len(samples):,} held-out samples, "
        f"loss {measured.loss:.4f}, accuracy {measured.accuracy:.2%}\n"
    )
    click.echo(_table(record, measured))


def _held_out(record: TrainingRecord, model: str, source: DataConfig) -> Samples:
    from minnet_core import ModelFileError

    from ..errors import ExperimentError
    from ..run import generators, split
    from ..sources import load_source

    try:
        dataset = load_source(source)
    except ExperimentError as error:
        raise ModelFileError(f"{model}: {error}; --data names the file where it is now") from error
    if dataset.fingerprint() != record.fingerprint:
        raise ModelFileError(
            f"{model}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said"
        )
    _, samples = split(record.experiment, dataset, generators(record.experiment.seed)[0])
    return samples


def _table(record: TrainingRecord, measured: Measurement) -> str:
    from minnet_core.tables import render_table

    columns = ("class", "samples", "right", "accuracy")
    rows = []
    for index, name in enumerate(record.classes):
        predicted = measured.predicted[measured.actual == index]
        right = int((predicted == index).sum())
        rows.append((str(name), str(len(predicted)), str(right), f"{right / len(predicted):.2%}"))
    return render_table(columns, rows, right=columns[1:])
