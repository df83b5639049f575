"""`summary_text`: how far a sweep is, as lines for a terminal or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from minnet_core.support import printable, printable_lines, render_table

from ..configuration import Sweep
from ..study import Trial
from ..trials import SweepFolder, shown
from .summary import Summary

_BARS = 20
_UNKNOWN: Mapping[str, float] = MappingProxyType({})


def summary_text(
    folder: SweepFolder, summary: Summary, most: int = 10, *, importance: Mapping[str, float] = _UNKNOWN
) -> str:
    """Write a table of the best trials, and what is known besides.

    Args:
        folder: of the sweep.
        summary: what to write.
        most: trials in the table.
        importance: of the parameters, as `importances` tells it.
    """
    return printable_lines("\n".join(_lines(folder, summary, most, importance)), 20_000)


def _lines(folder: SweepFolder, summary: Summary, most: int, importance: Mapping[str, float]) -> Iterator[str]:
    sweep = folder.sweep
    states = ("complete", "pruned", "failed", "running", "waiting")
    failures = summary.failures
    counts = {state: summary.count(state) for state in states}
    diverged = sum(trial.state == "pruned" for trial in failures)
    counts["pruned"], counts["failed"] = counts["pruned"] - diverged, counts["failed"] + diverged
    yield f"sweep       {folder.path}: {folder.base.name}"
    yield f"trials      {', '.join(f'{count} {state}' for state, count in counts.items() if count)}"
    if summary.seconds_left:
        yield f"time left   about {duration(summary.seconds_left)}"
    if summary.best is not None:
        yield f"best        trial {summary.best.number}: {sweep.metric} {shown(summary.best.value)}"
    ranked = _ranked(summary, sweep)
    if ranked:
        yield ""
        yield _table(sweep, ranked[:most])
        if len(ranked) > most:
            yield f"... and {len(ranked) - most} more"
    if importance:
        yield ""
        yield "importance of the parameters"
        for name, part in importance.items():
            yield f"{part:6.1%}  {'#' * round(part * _BARS):{_BARS}}  {printable(name)}"
    for trial in failures[:5]:
        yield ""
        yield f"trial {trial.number} failed: {trial.failure}"
    if len(failures) > 5:
        yield f"... and {len(failures) - 5} more failures"


def _ranked(summary: Summary, sweep: Sweep) -> list[Trial]:
    sign = -1 if sweep.direction == "max" else 1
    return sorted(
        (trial for trial in summary.trials if trial.value is not None), key=lambda trial: sign * (trial.value or 0.0)
    )


def _table(sweep: Sweep, trials: list[Trial]) -> str:
    names = [parameter.name for parameter in sweep.parameters]
    deviations = sweep.seeds > 1
    columns = ["trial", str(sweep.metric), *(["+-"] if deviations else []), *names]
    rows = [
        [
            str(trial.number),
            shown(trial.value),
            *([_deviation(trial)] if deviations else []),
            *(shown(trial.values.get(name, "")) for name in names),
        ]
        for trial in trials
    ]
    return render_table(columns, rows, right=["trial", str(sweep.metric), "+-"])


def _deviation(trial: Trial) -> str:
    """Write the standard deviation over the seeds, which says how much of a difference is luck."""
    results = [float(value) for value in trial.notes.get("results", {}).values()]
    if len(results) < 2:
        return ""
    mean = sum(results) / len(results)
    return shown((sum((value - mean) ** 2 for value in results) / (len(results) - 1)) ** 0.5)


def duration(seconds: float) -> str:
    """Write a time that need not be exact.

    >>> duration(42), duration(200), duration(7300)
    ('42 s', '3 min', '2.0 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
