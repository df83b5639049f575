"""``minnet init``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from minnet_core import MinnetError
from minnet_core.support import printable

from ..display import reading_display, say_notes
from ..experiment import ExperimentFile, data_of_text, experiment_text, fitted_source


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="experiment.toml")
@click.option(
    "--data",
    metavar="FILE",
    help="Write an experiment that fits your data file: CSV, Parquet, Feather, JSON lines, NPY, NPZ; or a folder with "
    "IDX files or with pictures by class, or a source as TOML such as "
    '\'{ class = "Csv", path = "x.csv", delimiter = ";" }\'.',
)
@click.option(
    "--target", metavar="COLUMN", help="The column to predict, by name or by index; the last one if not given."
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="What the target is: classes or numbers.  [default: numbers if they are fractions, or many]",
)
@click.option("--ignore", metavar="COLUMN", multiple=True, help="Leave this column out; may be given several times.")
@click.option("--drop-missing", is_flag=True, help="Leave out rows that have a missing value.")
@click.option("--force", is_flag=True, help="Overwrite PATH if there is one.")
def init(
    path: Path,
    data: str | None,
    target: str | None,
    task: str | None,
    ignore: tuple[str, ...],
    drop_missing: bool,
    force: bool,
) -> None:
    """Write an experiment to PATH (experiment.toml), as a starting point.

    It is the default experiment, with comments; or, with --data, one whose network is as wide as a data file wants, and
    predicts classes or numbers as the file has them. A PATH that is a folder is the data of experiment.toml. Columns
    that only name their rows are left out, and those of many texts limited to the commonest; whatever is decided so is
    printed and written down, with what decides otherwise.
    """
    if path.is_dir() and data is None:
        path, data = Path("experiment.toml"), str(path)
    if target is not None and data is None:
        raise click.UsageError("expected --target with --data, whose column it names")
    wishes: dict[str, Any] = {
        **({} if task is None else {"task": task}),
        **({"ignore": list(ignore)} if ignore else {}),
        **({"drop_missing": True} if drop_missing else {}),
    }
    if wishes and data is None:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in wishes)
        raise click.UsageError(f"expected {options} with --data, whose columns it is about")
    text, notes = (ExperimentFile.default().text, ()) if data is None else _fitting(path, data, target, wishes)
    _write(path, text, force=force)
    say_notes(notes)
    what = "The default experiment" if data is None else f"An experiment for {printable(data)}"
    click.echo(f"{what} is in {printable(str(path))}\n\n  {printable(f'minnet train {shlex.quote(str(path))}')}")


def _fitting(path: Path, data: str, target: str | None, wishes: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Write an experiment that fits data; return what was decided about these, too."""
    folder = "" if path.parent == Path() else str(path.parent)
    with reading_display():
        source = fitted_source(data_of_text(data), target, wishes)
    text = experiment_text(source, folder, f"{path.stem}.safetensors")
    return text, (*map(str, source.options), *source.dataset.notes, *source.notes)


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write a new file, whole or not at all."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        bad = error.object[error.start : error.end]
        raise MinnetError(
            f"{printable(str(path))}: expected names that are text, received one with {bad!r} in it"
        ) from None
    is_new = not path.exists()
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise MinnetError(
            f"{printable(str(path))}: expected a new file, received one that exists; --force overwrites it"
        ) from None
    except OSError as error:
        if is_new and path.is_file():
            path.unlink(missing_ok=True)
        raise MinnetError(f"{printable(str(path))}: expected a file that can be written: {error.strerror}") from error
