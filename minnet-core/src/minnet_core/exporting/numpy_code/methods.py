"""A stranger's ``updateOutput`` as a function of NumPy, if it uses nothing but its own numbers and arrays."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from typing import Any

from ...errors import ExportError
from ...nn import Module
from .functions import Functions


def function_of_method(functions: Functions, module: Module) -> tuple[str, dict[str, Any]]:
    """Include the ``updateOutput`` of a module as a function, whose further arguments are the attributes that it reads.

    Returns:
        Its name, and those arguments.

    Raises:
        ExportError: saying what it lacks to stand alone.
    """
    cls = type(module)
    if {"__call__", "forward"} & {*vars(module)} or any(
        getattr(cls, name) is not getattr(Module, name) for name in ("__call__", "forward")
    ):
        raise ExportError("it has a forward of its own")
    method = inspect.unwrap(vars(module).get("updateOutput", cls.updateOutput))
    try:
        source = textwrap.dedent(inspect.getsource(method))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        raise ExportError("the source of its updateOutput cannot be read") from None
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef) or len(definition.args.args) != 2:
        raise ExportError("its updateOutput is no plain method of one input")
    own, given = (each.arg for each in definition.args.args)
    read, written = _attributes(definition, own)
    names = [name for name in read if name not in written]
    taken = {each.id for each in ast.walk(definition) if isinstance(each, ast.Name)}
    for name in [*names, *written]:
        if name in taken - {name} and name in taken:
            raise ExportError(f"its updateOutput has a variable {name} beside self.{name}")
        if callable(getattr(cls, name, None)):
            raise ExportError(f"its updateOutput calls self.{name}, a method")
    for name in names:
        if not hasattr(module, name):
            raise ExportError(f"its updateOutput reads self.{name}, which it has not")
    body = _without_self(source, definition, own)
    used = ast.parse(body)
    used.body = [ast.FunctionDef("_", _parameters([given, *names]), used.body[0].body, [])]  # type: ignore[attr-defined]
    known = {**vars(sys.modules.get(method.__module__, ast)), **getattr(method, "__globals__", {})}
    functions.include_used(used, known, "its updateOutput")
    name = _snake(cls.__name__)
    header = f"def {name}({', '.join([given, *names])}):\n"
    first = definition.body[0].lineno - 1
    text = header + "\n".join(body.split("\n")[first:]).rstrip() + "\n"
    return functions.add(name, text), {name: getattr(module, name) for name in names}


def _attributes(definition: ast.FunctionDef, own: str) -> tuple[list[str], set[str]]:
    """The attributes that are read, in the order of the text, and those that are written before they are read."""
    places = [
        node
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own
    ]
    whole = [node for node in ast.walk(definition) if isinstance(node, ast.Name) and node.id == own]
    if len(whole) > len(places):
        raise ExportError(f"its updateOutput uses {own} as a whole")
    places.sort(key=lambda node: (node.lineno, node.col_offset))
    written = {node.attr for node in places if isinstance(node.ctx, ast.Store)}
    stored: set[str] = set()
    lines = {node.attr: node.lineno for node in reversed(places) if isinstance(node.ctx, ast.Store)}
    for node in places:
        if isinstance(node.ctx, ast.Load) and node.attr in written and node.lineno <= lines[node.attr]:
            raise ExportError(f"its updateOutput keeps self.{node.attr} from one call to the next")
        stored.add(node.attr)
    return list(dict.fromkeys(node.attr for node in places)), written


def _without_self(source: str, definition: ast.FunctionDef, own: str) -> str:
    """Write local names in place of attributes, leaving all else as it is."""
    lines = source.encode().split(b"\n")  # columns of the syntax tree count bytes
    places = sorted(
        (node.lineno, node.col_offset)
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own
    )
    for line, column in reversed(places):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + text[column + len(own) + 1 :]
    return b"\n".join(lines).decode()


def _parameters(names: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
