"""``minnet sweep``: the group of its commands."""

from __future__ import annotations

from pathlib import Path

import click

from minnet_core.support import printable

_DIR = click.Path(exists=True, file_okay=False)


def _not_empty(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":  # as of a variable of the shell that is not set
        raise click.BadParameter("expected a path, received an empty text", context, parameter)
    return value


@click.group()
def sweep() -> None:
    """Try many configurations of an experiment, in many processes, and find the best.

    The file of a sweep names an experiment and the values to try; `minnet sweep run` makes a folder of it, and starts
    workers. Any other process that shares the folder may be a worker, too: minnet sweep work DIR.
    """


@sweep.command()
@click.argument("sweep", metavar="SWEEP|DIR", type=click.Path(exists=True))
@click.option(
    "--dir", "path", metavar="DIR", callback=_not_empty, help="Keep the sweep in this new folder, not in sweeps/NAME-N."
)
@click.option("--workers", type=click.IntRange(min=1), help="Number of processes, instead of the sweep's.")
@click.option("--trials", type=click.IntRange(min=1), help="Number of points to try, instead of the sweep's.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Begin no trial after so many seconds of work, instead of the sweep's.",
)
def run(sweep: str, path: str | None, workers: int | None, trials: int | None, seconds: float | None) -> None:
    """Begin the sweep that the TOML file SWEEP describes, or go on with the one in the folder DIR.

    Every value is tried in the base experiment before anything is trained. Ctrl-C ends all workers after the step that
    they are at, and everything is saved; minnet sweep run DIR goes on.
    """
    from .running import begin, go_on  # here and below: --help needs none of them

    if Path(sweep).is_dir():
        if path is not None:
            raise click.UsageError(f"expected --dir with the file of a sweep, received the folder {printable(sweep)}")
        go_on(sweep, workers, trials, seconds)
    else:
        begin(sweep, path, workers, trials, seconds)


@sweep.command()
@click.argument("dir", metavar="DIR", type=_DIR)
@click.option("--trials", type=click.IntRange(min=1), help="End after so many trials of this worker.")
def work(dir: str, trials: int | None) -> None:
    """Be one worker of the sweep in DIR: try points until none is left.

    Start as many as you like, on all machines that share DIR: from a shell, as a Slurm array, with mpiexec. Trials
    whose worker was killed are gone on with first. Ctrl-C saves, and another worker can go on.
    """
    from .running import work_on

    work_on(dir, trials)


@sweep.command()
@click.argument("dir", metavar="DIR", type=_DIR)
@click.option("--watch", is_flag=True, help="Show it anew every second until the sweep is over.")
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="Trials in the table.")
def show(dir: str, watch: bool, most: int) -> None:
    """Show how far the sweep in DIR is: the best trials, the importance of parameters, the time left, failures."""
    from .showing import show_sweep

    show_sweep(dir, watch, most)


@sweep.command()
@click.argument("dir", metavar="DIR", type=_DIR)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=_not_empty,
    help="Write the experiment here; else it is printed.",
)
@click.option("--trial", type=click.IntRange(min=0), help="Take this trial, not the best.")
def best(dir: str, output: str | None, trial: int | None) -> None:
    """Write the experiment of the best trial of the sweep in DIR, for `minnet train`."""
    from .showing import write_best

    write_best(dir, output, trial)


@sweep.command()
@click.argument("dir", metavar="DIR", type=_DIR)
@click.option(
    "--kind",
    type=click.Choice(["history", "parallel", "slices", "curves"]),
    help="Draw this picture alone.  [default: all, into DIR/plots]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=_not_empty,
    help="Where to write it, as .png, .svg or .pdf.",
)
def plot(dir: str, kind: str | None, output: str | None) -> None:
    """Plot the sweep in DIR.

    `history` has the result of each trial and the best so far; `parallel` has each trial as a line across all
    parameters; `slices` has the results by the values of each parameter; `curves` the learning curves of the best.
    """
    from .showing import plot_sweep

    if output is not None and kind is None:
        raise click.UsageError("expected --kind with --output, received --output alone")
    plot_sweep(dir, kind, output)
