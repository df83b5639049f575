"""``minnet explain``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ...diagnosis import Explanation, explain as explain_component
from ...errors import UnknownComponentError
from ...registry import all_registries, unknown_component
from ...support import printable, printable_lines
from ..listing import as_json, echo_json


@click.command()
@click.argument("name")
@click.option("--check/--no-check", default=True, help="Whether to run the conformance kit.")
@as_json
def explain(name: str, check: bool, as_json: bool) -> None:
    """Explain a component.

    NAME is a layer, criterion or optimizer (Linear, minnet-swish:Swish), or of a kind that a plugin has. Shows where it
    comes from, how it is constructed, its input and output shapes, what the conformance kit finds, and its
    documentation: the formulas forward and backward, PyTorch's equivalent, the paper.
    """
    registries = all_registries()
    having = [registry for registry in registries if registry.candidates(name)]
    if not having:
        raise UnknownComponentError(unknown_component(name, registries))

    found = [explain_component(registry, registry.declaration(name), check=check) for registry in having]
    if as_json:
        echo_json([each.to_dict() for each in found])
    else:
        click.echo("\n\n".join("\n".join(_lines(each)) for each in found))


def _pytorch(found: Explanation) -> list[str]:
    """The counterparts, and what the docstring says of them, unless that is no more."""
    said = found.documentation.paragraph("PyTorch")
    return [*(name for name in found.references if name not in said), *filter(None, [said])]


def _lines(found: Explanation) -> Iterator[str]:
    """Yield what is printed: a table of what can be told in a line, and the docstring."""
    rows = {
        "name": dict.fromkeys([found.name, found.declaration.qualified]),
        "kind": [found.kind.removesuffix("s")],
        "provider": [found.declaration.provider],
        "class": [found.declaration.target],
        "file": [found.file],
        "signature": [found.signature],
        "shapes": found.shapes,
        "PyTorch": _pytorch(found),
        "paper": [found.documentation.paragraph("Paper")],
        "conformance": found.conformance(),
    }
    for label, values in rows.items():
        for index, value in enumerate(filter(None, values)):
            yield f"{click.style(f'{label:<11}', bold=True) if index == 0 else ' ' * 11}  {printable(value)}"
    yield ""
    yield printable_lines(found.documentation.readable(), 100_000) or "It has no docstring."
