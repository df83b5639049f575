"""`Functions`: functions of NumPy whose source becomes part of a program, with that of what they call."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...errors import ExportError
from .kernels import TWINS
from .layout import literal

_MODULES = {"np": np, "math": math}
"""The modules that a program imports, by the name that it gives them."""


VARIABLES = ("y", "each", "samples")
"""What variables of a network may be called, besides ``x``, ``y2`` and the like, and what begins with ``y_``."""

_RESERVED = frozenset(
    {
        "np",
        "math",
        "Any",
        "Array",
        "Path",
        "file",
        "forward",
        "outputs",
        "predict",
        "prepare",
        "raw",
        "weights",
        "x",
        *VARIABLES,
        *dir(builtins),
    }
)


class Functions:
    """The functions of a program, each once, in the order in which they can be defined.

    Attributes:
        sources: name -> source.
        modules: the names of the modules that they use.
    """

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.modules = {"np"}
        self._names: dict[Any, str] = {}

    def name_of(self, function: Callable[..., Any]) -> str:
        """Include a function, and return what it is called in the program.

        Raises:
            ExportError: if it uses what cannot become part of a program.
        """
        if function in self._names:
            return self._names[function]
        source, name = _source_of(function), function.__name__
        if is_reserved(name):
            raise ExportError(f"a function of a program may not be called {name}")
        if self.sources.get(name) not in (None, source):
            raise ExportError(f"there are two functions called {name}")
        self._names[function] = name
        self.include_used(ast.parse(source), known_to(function), name)
        self.add(name, source)
        return name

    def add(self, name: str, source: str) -> str:
        """Add a function whose source is made; another name is found if there is another function of this."""
        found, number = name, 1
        while is_reserved(found) or self.sources.get(found) not in (
            None,
            source.replace(f"def {name}(", f"def {found}(", 1),
        ):
            number += 1
            found = f"{name}{number}"
        self.sources[found] = source.replace(f"def {name}(", f"def {found}(", 1)
        return found

    def include_used(self, tree: ast.AST, known: dict[str, Any], where: str) -> None:
        """Include what a piece of code uses that it does not define itself: functions, constants and modules.

        Raises:
            ExportError: naming what is none of these.
        """
        for name in sorted(free_names(tree)):
            value = known.get(name, _MISSING)
            if value is _MISSING and hasattr(builtins, name):
                continue
            if value is _MISSING:
                raise ExportError(f"{where} uses {name}, which is not defined")
            if _MODULES.get(name) is value:
                self.modules.add(name)
            elif name == "Array":
                continue
            elif inspect.isfunction(value):
                twin = TWINS.get(value, value)
                if twin not in self._names and twin.__name__ != name:
                    raise ExportError(f"{where} calls {twin.__name__} by another name, {name}")
                if self._names.get(twin) != where:
                    self.name_of(twin)
            else:
                self._include_constant(name, value, where)

    def _include_constant(self, name: str, value: Any, where: str) -> None:
        try:
            line = f"{name} = {literal(value)}\n"
        except TypeError:
            raise ExportError(f"{where} uses {name}, which is neither of NumPy nor a function or a number") from None
        if is_reserved(name):
            raise ExportError(f"{where} uses {name}, which is something else in a program")
        if self.sources.setdefault(name, line) != line:
            raise ExportError(f"{where} uses {name}, which is something else in another part of the program")


def known_to(function: Callable[..., Any]) -> dict[str, Any]:
    """What the names are that a function uses and does not define: those of its module, and of functions around it."""
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    around = {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True)} if code else {}
    return {**getattr(function, "__globals__", {}), **around}


def is_reserved(name: str) -> bool:
    """Whether a program uses a name for something else than a function, or it means something to Python."""
    return name in _RESERVED or name.startswith("y_") or bool(re.fullmatch(r"(y|each|samples)_?[0-9]+", name))


_MISSING = object()


def _source_of(function: Callable[..., Any]) -> str:
    """The source of a function, without its decorators."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        definition = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError):
        definition = None
    if not isinstance(definition, ast.FunctionDef):
        raise ExportError(f"the source of {getattr(function, '__name__', function)!r} cannot be read")
    return "\n".join(source.split("\n")[definition.lineno - 1 :])


def free_names(tree: ast.AST) -> set[str]:
    """The names that code reads and nowhere binds, those in annotations left out."""
    bound: set[str] = set()
    read: set[str] = set()
    for node in _without_annotations(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            raise ExportError("it imports modules inside its function")
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return read - bound


def _without_annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        yield child
        if isinstance(child, ast.FunctionDef):
            child.returns = None
        elif isinstance(child, ast.arg):
            child.annotation = None
        elif isinstance(child, ast.AnnAssign):
            child.annotation = ast.Constant(None)
        yield from _without_annotations(child)
