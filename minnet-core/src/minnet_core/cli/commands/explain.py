"""``minnet explain``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

import click

from ...diagnosis import Explanation, ModelExplanation, explain as explain_component, explain_model
from ...errors import UnknownComponentError
from ...registry import all_registries, unknown_component
from ...source_files import import_components
from ...support import printable, printable_lines
from ..listing import as_json, echo_json


@click.command()
@click.argument("name")
@click.option("--check/--no-check", default=True, help="Whether to run the conformance kit.")
@click.option(
    "--import",
    "imports",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Run this Python file first, for its classes. May be repeated.",
)
@as_json
def explain(name: str, check: bool, imports: tuple[str, ...], as_json: bool) -> None:
    """Explain a component, or a model file.

    NAME is a layer, criterion or optimizer (Linear, minnet-swish:Swish), one of a file that --import names
    (homework.py:Linear), or of a kind that a plugin has. Shows where it
    comes from, how it is constructed, its input and output shapes, what the conformance kit finds, and its
    documentation: the formulas forward and backward, PyTorch's equivalent, the paper.

    Or NAME is the path of a model file. Shows its layers, sizes and versions, and what plugins know of it: of one that
    `minnet train` wrote, the data, the split, the seed, the metrics, and what it was computed with. Nothing is built.
    """
    for path in imports:
        try:
            import_components(path)
        except ValueError as error:
            raise click.BadParameter(printable_lines(str(error)), param_hint="--import") from None
    registries = all_registries()
    having = [registry for registry in registries if registry.candidates(name)]
    if not having and (os.path.isfile(name) or name.endswith(".safetensors")):
        _explain_file(name, as_json=as_json)
        return
    if not having:
        raise UnknownComponentError(unknown_component(name, registries))

    found = [explain_component(registry, registry.declaration(name), check=check) for registry in having]
    if as_json:
        echo_json([each.to_dict() for each in found])
    else:
        click.echo("\n\n".join("\n".join(_lines(each)) for each in found))


def _explain_file(path: str, *, as_json: bool) -> None:
    found = explain_model(path)
    for failure in found.failures:
        click.echo(f"warning: {failure}; see: minnet plugins", err=True)
    if as_json:
        echo_json(found.to_dict())
    else:
        click.echo("\n".join(_model_lines(found)))


def _model_lines(found: ModelExplanation) -> Iterator[str]:
    """Yield what is printed: what the core knows of a file, and then what plugins do."""
    yield from _table(_by_label(found.rows))
    for section in found.sections:
        yield ""
        yield click.style(printable(section.title), bold=True)
        yield from _table(_by_label(section.rows))


def _by_label(rows: Iterable[tuple[str, str]]) -> Mapping[str, Iterable[str]]:
    labelled: dict[str, list[str]] = {}
    for label, text in rows:
        labelled.setdefault(label, []).append(text)
    return labelled


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
        "parameters": found.arrays(found.parameters),
        "buffers": found.arrays(found.buffers),
        "PyTorch": _pytorch(found),
        "paper": [found.documentation.paragraph("Paper")],
        "conformance": found.conformance(),
    }
    yield from _table(rows)
    yield ""
    yield printable_lines(found.documentation.readable(), 100_000) or "It has no docstring."


def _table(rows: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield a line for each text that is not empty, with its label before the first of a row."""
    for label, values in rows.items():
        for index, value in enumerate(filter(None, values)):
            told = f"{printable(label):<11}"
            yield f"{click.style(told, bold=True) if index == 0 else ' ' * 11}  {printable(value)}"
