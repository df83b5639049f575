"""``minnet init``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from attrs import evolve

from minnet_core import MinnetError
from minnet_core.support import printable

from ..experiment import ExperimentFile, data_of_text, experiment_text


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="experiment.toml")
@click.option(
    "--data",
    metavar="FILE",
    help="Write an experiment that fits your data file: CSV, Parquet, NPY, NPZ; or a folder with IDX files, or a "
    'source as TOML such as \'{ class = "Csv", path = "x.csv", delimiter = ";" }\'.',
)
@click.option(
    "--target", metavar="COLUMN", help="The column to predict, by name or by index; the last one if not given."
)
@click.option("--force", is_flag=True, help="Overwrite PATH if there is one.")
def init(path: Path, data: str | None, target: str | None, force: bool) -> None:
    """Write an experiment to PATH (experiment.toml), as a starting point.

    It is the default experiment, with comments; or, with --data, one whose network is as wide as a data file wants, and
    predicts classes or numbers as the file has them.
    """
    if target is not None and data is None:
        raise click.UsageError("expected --target with --data, whose column it names")
    text = ExperimentFile.default().text if data is None else _fitting(path, data, target)
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise MinnetError(
            f"{printable(str(path))}: expected a new file, received one that exists; --force overwrites it"
        ) from None
    except OSError as error:
        raise MinnetError(f"{printable(str(path))}: expected a file that can be written: {error.strerror}") from error
    what = "The default experiment" if data is None else f"An experiment for {data}"
    click.echo(f"{printable(f'{what} is in {path}')}\n\n  {printable(f'minnet train {shlex.quote(str(path))}')}")


def _fitting(path: Path, data: str, target: str | None) -> str:
    column = int(target) if target is not None and target.removeprefix("-").isdecimal() else target
    folder = "" if path.parent == Path() else str(path.parent)
    return experiment_text(evolve(data_of_text(data), target=column), folder, f"{path.stem}.safetensors")
