"""The tables of results: for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from .results import Outcome, Run

BASE = "minnet"


@frozen
class Table:
    """Cells with their headings; all columns but the first are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Render it for a terminal."""
        from minnet_core.support.tables import render_table

        return f"{self.title}\n\n{render_table(self.columns, self.rows, right=self.columns[1:])}"

    def as_markdown(self) -> str:
        """Render it for a page, without the title."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.columns, rule, *self.rows))


def time_tables(run: Run) -> Iterator[Table]:
    """A table for each kind of workload, of microseconds and, in parentheses, of ratios."""
    peers = [name for name in run.versions if name != BASE]
    for group in dict.fromkeys(outcome.group for outcome in run.outcomes):
        outcomes = [outcome for outcome in run.outcomes if outcome.group == group]
        timed = [name for name in peers if any(name in outcome.steps for outcome in outcomes)]
        base = [BASE] if BASE in run.versions else []
        yield Table(
            f"{group}, {run.threads} thread{'s' * (run.threads > 1)}: microseconds ({BASE}/peer)",
            (group, *base, *timed),
            tuple((outcome.workload, *(_cell(outcome, name) for name in (*base, *timed))) for outcome in outcomes),
        )


def overhead_table(run: Run) -> Table:
    """What minnet-train's loop adds to a step."""
    rows = []
    for outcome in run.outcomes:
        added, base = outcome.added("trainer"), outcome.seconds(BASE)
        if added is not None and base is not None:
            rows.append((outcome.workload, microseconds(base), microseconds(added), f"{100 * added / base:.1f}"))
    return Table(
        "the loop of minnet-train: microseconds that it adds to a step",
        ("training", "a step", "added", "percent"),
        tuple(rows),
    )


def memory_tables(run: Run) -> Iterator[Table]:
    """What workloads add to the peak of memory, and what a step allocates and leaves behind."""
    measured = [outcome for outcome in run.outcomes if outcome.memory]
    peers = [name for name in run.versions if any(name in outcome.memory for outcome in measured)]
    if not measured:
        return
    yield Table(
        "growth of the process's peak of memory, MiB",
        ("workload", *peers),
        tuple((its.workload, *(_mebibytes(its, name, "peak_growth") for name in peers)) for its in measured),
    )
    ours = [name for name in (BASE, "notebook") if name in peers]
    yield Table(
        "what a step allocates at most on top of what stays, MiB, and what a further one leaves behind, bytes",
        ("workload", *(f"{name}, {what}" for name in ours for what in ("allocates", "leaves"))),
        tuple(
            (
                outcome.workload,
                *(
                    cell
                    for name in ours
                    for cell in (_mebibytes(outcome, name, "traced_peak"), _left_behind(outcome, name))
                ),
            )
            for outcome in measured
        ),
    )


def microseconds(seconds: float) -> str:
    """Write three digits.

    >>> microseconds(1.2345e-6), microseconds(0.0012345), microseconds(-3e-8)
    ('1.23', '1230', '-0.03')
    """
    value = 1e6 * seconds
    if abs(value) >= 100:
        return f"{float(f'{value:.3g}'):.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def _cell(outcome: Outcome, peer: str) -> str:
    seconds = outcome.seconds(peer)
    if seconds is None:
        return "refused" if outcome.left_out.get(peer, "").startswith(("refused", "failed")) else "-"
    ratio = None if peer == BASE else outcome.ratio(peer)
    return microseconds(seconds) if ratio is None else f"{microseconds(seconds)} ({ratio.median:.2f})"


def _mebibytes(outcome: Outcome, peer: str, what: str) -> str:
    its = outcome.memory.get(peer)
    return "-" if its is None else f"{its[what] / 2**20:.2f}"


def _left_behind(outcome: Outcome, peer: str) -> str:
    its = outcome.memory.get(peer)
    return "-" if its is None else f"{its['traced_growth'] / its['steps']:.0f}"


def all_tables(runs: Sequence[Run]) -> Iterator[Table]:
    """All of them, in the order in which they are shown."""
    for run in runs:
        yield from time_tables(run)
        overhead = overhead_table(run)
        if overhead.rows:
            yield overhead
        yield from memory_tables(run)
