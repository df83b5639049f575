"""``python -m examples``: run the experiments, and write the page that shows how they end."""

from __future__ import annotations

from pathlib import Path

import click

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs/experiments.md"


@click.group()
def main() -> None:
    """Run the homework's experiments, and write the page of the documentation that shows how they end."""


@main.command()
@click.argument("names", nargs=-1)
@click.option("--seeds", type=click.IntRange(min=2), default=10, show_default=True, help="Runs of each experiment.")
def run(names: tuple[str, ...], seeds: int) -> None:
    """Run the experiments NAMES, or all; write results.json, the pictures, and the page."""
    from .catalogue import experiments
    from .pictures import draw_comparisons, draw_model
    from .results import Outcome, Results

    outcomes = dict(Results.read(RESULTS).outcomes) if names else {}
    for name in names or experiments():
        click.echo(name)
        outcomes[name], first = Outcome.measure(name, seeds)
        draw_model(name, first)
    draw_comparisons(outcomes)
    Results.of({name: outcomes[name] for name in experiments() if name in outcomes}).write(RESULTS)
    _write_page()


@main.command()
def report() -> None:
    """Write the page from results.json."""
    _write_page()


def _write_page() -> None:
    from .report import report_markdown
    from .results import Results

    PAGE.write_text(report_markdown(Results.read(RESULTS)))
    click.echo(f"The page is {PAGE}")


if __name__ == "__main__":
    main(prog_name="python -m examples")
