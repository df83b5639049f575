"""The page of the documentation, written from the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import mean, stdev

from .catalogue import COMPARISONS, Comparison
from .drawings import DRAWINGS
from .pictures import SHOWN
from .results import Outcome, Results

_INTRODUCTION = """\
# Experiments

<!-- Written by `python -m examples report`; change that instead of this page. -->

The experiments of the homework that minnet grew out of, as files in the folder `examples` for `minnet train`.
Each takes a second or two, those with convolutions some ten:

<!-- skip: next -->
```console
$ minnet train examples/digits-adam.toml --run runs/adam
$ minnet train examples/digits-sgd.toml --run runs/sgd
$ minnet plot runs/adam runs/sgd -o curves.png
```

In the curves, solid lines are loss and accuracy on held-out samples after every epoch, and dashed lines those on the
training samples. The numbers in the tables are the mean and standard deviation of {seeds} runs with the seeds 0 to
{last_seed}; the curves are those of seed 0. *Best loss* is the lowest loss of any epoch on held-out samples.
`python -m examples run` reproduces all of it.
"""

_METRICS = {
    "validation_accuracy": ("accuracy (%)", 100, 1),
    "validation_mae": ("MAE", 1, 3),
    "validation_coverage": ("coverage (%)", 100, 1),
    "validation_recall": ("recall (%)", 100, 1),
    "validation_precision": ("precision (%)", 100, 1),
    "validation_f1": ("F1 (%)", 100, 1),
    "validation_accuracy_of_labels": ("accuracy of labels (%)", 100, 1),
    "validation_accuracy_of_pairs": ("accuracy of pairs (%)", 100, 1),
}
"""A metric of the last epoch -> its heading, what it is multiplied by, and its decimals."""


def report_markdown(results: Results) -> str:
    """Write the page."""
    return "\n".join(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    seeds = max(len(outcome.last) for outcome in results.outcomes.values())
    yield _INTRODUCTION.format(seeds=seeds, last_seed=seeds - 1)
    for comparison in COMPARISONS:
        yield from _section(comparison, [results.outcomes[name] for name in comparison.names])
    yield "## Versions\n"
    yield f"{', '.join(f'{name} {number}' for name, number in results.versions.items())}.\n"


def _section(comparison: Comparison, outcomes: list[Outcome]) -> Iterator[str]:
    yield f"## {comparison.title}\n"
    yield f"{comparison.text}\n"
    yield f"{_table(outcomes)}\n"
    yield f"![Loss and metrics by epoch: {', '.join(comparison.names)}](experiments/{comparison.key}.png)\n"
    for kind, (name, text) in SHOWN.items():
        if name in comparison.names:
            yield f"{text}\n"
            yield f"![{kind.capitalize()} of {name}](experiments/{name}-{kind}.png)\n"
    for drawing in DRAWINGS:
        if drawing.name in comparison.names:
            yield f"![{drawing.text}](experiments/{drawing.file})\n"


def _table(outcomes: list[Outcome]) -> str:
    metrics = [key for key in _METRICS if key in outcomes[0].last[0]]
    headings = ["experiment", "parameters", "training loss", "held-out loss", "best loss"]
    headings += [f"held-out {_METRICS[key][0]}" for key in metrics]
    lines = [_row(headings), _row(["---", *["---:"] * (len(headings) - 1)])]
    for outcome in outcomes:
        cells = [f"`{outcome.name}`", f"{outcome.parameters:,}"]
        cells += [_spread((report[key] for report in outcome.last), 1, 3) for key in ("loss", "validation_loss")]
        cells += [_spread(outcome.best, 1, 3)]
        cells += [_spread((report[key] for report in outcome.last), *_METRICS[key][1:]) for key in metrics]
        lines.append(_row(cells))
    return "\n".join(lines)


def _spread(values: Iterable[float], factor: float, decimals: int) -> str:
    """Write a mean and a standard deviation."""
    values = [factor * value for value in values]
    deviation = f" ± {stdev(values):.{decimals}f}" if len(values) > 1 else ""
    return f"{mean(values):.{decimals}f}{deviation}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
