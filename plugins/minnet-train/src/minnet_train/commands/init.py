"""``minnet init``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="experiment.toml")
@click.option("--force", is_flag=True, help="Overwrite PATH if there is one.")
def init(path: Path, force: bool) -> None:
    """Write the default experiment to PATH (experiment.toml), with comments, to change and to train."""
    from minnet_core import MinnetError

    from ..experiment_file import ExperimentFile

    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(ExperimentFile.default().text)
    except FileExistsError:
        raise MinnetError(f"{path}: expected a new file, received one that exists; --force overwrites it") from None
    except OSError as error:
        raise MinnetError(f"{path}: expected a file that can be written: {error.strerror}") from error
    click.echo(f"The default experiment is in {path}\n\n  minnet train {path}")
