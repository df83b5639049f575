"""`Explanation`: what there is to know of one registered component."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from attrs import Factory, frozen

from ..discovery import Declaration
from ..nn import Criterion, Module, further_names
from ..plugins import guarded
from ..registry import Registry
from ..support import Docstring
from ..testing import (
    OUTCOMES,
    Batch,
    Case,
    Report,
    cases_of,
    examine,
    examples_of,
    forward,
    is_tried_without_examples,
    kind_of_class,
    sandboxed,
)


@frozen
class Explanation:
    """What there is to know of a component.

    Attributes:
        name: the shortest that means it.
        kind: ``layers``, ``criterions``, ``optimizers``, or that of a plugin.
        declaration: who provides it, and its qualified name.
        file: where its class is written, with the line; empty if Python cannot tell.
        signature: of the constructor.
        documentation: its docstring.
        shapes: of the inputs in its ``EXAMPLES``, and of what it makes of them.
        parameters: what it trains, of a module that declares it: the attribute -> that of the gradient.
        buffers: the attributes of arrays that are not trained, likewise.
        aliases: the further names of both -> their own.
        references: its counterparts in other frameworks, as its ``EXAMPLES`` name them.
        reports: what came of the conformance kit, for each example; none if it was not run.
    """

    name: str
    kind: str
    declaration: Declaration
    file: str
    signature: str
    documentation: Docstring
    shapes: tuple[str, ...]
    references: tuple[str, ...]
    parameters: Mapping[str, str] = Factory(dict)
    buffers: tuple[str, ...] = ()
    aliases: Mapping[str, str] = Factory(dict)
    reports: tuple[Report, ...] = Factory(tuple)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "qualified": self.declaration.qualified,
            "kind": self.kind,
            "provider": self.declaration.provider,
            "class": self.declaration.target,
            "file": self.file,
            "signature": self.signature,
            "summary": self.documentation.summary,
            "documentation": self.documentation.text,
            "formulas": self.documentation.formulas,
            "shapes": list(self.shapes),
            "parameters": dict(self.parameters),
            "buffers": list(self.buffers),
            "aliases": dict(self.aliases),
            "references": list(self.references),
            "pytorch": self.documentation.paragraph("PyTorch"),
            "paper": self.documentation.paragraph("Paper"),
            "conformance": {report.case: {each: report.count(each) for each in OUTCOMES} for report in self.reports},
        }

    def arrays(self, names: Iterable[str]) -> tuple[str, ...]:
        """Say all names of arrays, and of the gradients of those that are trained: ``W or weight, gradient gradW``."""

        def called(own: str) -> str:
            return " or ".join([own, *(name for name, meant in self.aliases.items() if meant == own)])

        return tuple(
            f"{called(name)}, gradient {called(self.parameters[name])}" if name in self.parameters else called(name)
            for name in names
        )

    def conformance(self) -> tuple[str, ...]:
        """What came of the kit, in words."""
        see = f"; see: minnet check {shlex.quote(self.declaration.qualified)}"
        return tuple(repr(report).strip("<>") + (see if report.verdict else "") for report in self.reports)


def explain(registry: Registry, declaration: Declaration, *, check: bool = True) -> Explanation:
    """Say what there is to know of a component.

    Args:
        registry: that it is in.
        declaration: of the component.
        check: run the conformance kit on its ``EXAMPLES``.

    Raises:
        PluginLoadError: if it cannot be loaded.
    """
    cls = registry.load(declaration)
    with guarded(declaration, "cannot be explained"):
        is_proven = kind_of_class(cls) is not None
        cases = cases_of(cls) if is_proven and (examples_of(cls) or is_tried_without_examples(cls)) else []
    is_module = issubclass(cls, Module)
    is_called = issubclass(cls, (Module, Criterion))
    shapes = [shape for case in cases for shape in _shapes(case)] if is_called else []
    return Explanation(
        name=registry.shortest(declaration),
        kind=registry.kind,
        declaration=declaration,
        file=_where(cls),
        signature=f"{cls.__name__}{_unquoted(cls.__signature__)}",
        documentation=Docstring(cls.__doc__),
        shapes=tuple(dict.fromkeys(shapes)),
        references=tuple(dict.fromkeys(case.reference.name for case in cases if case.reference)),
        parameters=dict(cls.PARAMETERS) if is_module else {},
        buffers=tuple(cls.BUFFERS) if is_module else (),
        aliases=further_names(cls) if is_module else {},
        reports=tuple(map(examine, cases)) if check else (),
    )


class _Unquoted(str):
    """An annotation as it was written, rather than as the string that it is kept as."""

    __repr__ = str.__str__


def _unquoted(signature: inspect.Signature) -> inspect.Signature:
    parameters = [
        each.replace(annotation=_Unquoted(each.annotation)) if isinstance(each.annotation, str) else each
        for each in signature.parameters.values()
    ]
    return signature.replace(parameters=parameters)


def _where(cls: type) -> str:
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):  # made by a program rather than written in a file
        return ""


def _shapes(case: Case) -> Iterator[str]:
    """Say what shape the component of a case makes of each of its inputs."""
    for shape in case.shapes:
        with suppress(Exception), sandboxed(case.seed):  # the conformance kit tells of it
            drawn = case.draw_input(case.seed, shape=shape)
            target = None if case.target is None else case.draw_target(case.seed, shape=shape)
            yield f"{_text(drawn)} -> {_text(forward(case.build(), Batch(drawn, target)))}"


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    return str(np.shape(value)) if np.ndim(value) else "a number"
