"""A stranger's ``updateOutput`` as a function of NumPy, if it uses nothing but its own numbers and arrays."""

from __future__ import annotations

import ast
import inspect
import re
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
    places = _places(definition, own)
    written = {node.attr for node in places if isinstance(node.ctx, ast.Store)}
    read = list(dict.fromkeys(node.attr for node in places if node.attr not in written))
    for name in read:
        if not hasattr(module, name):
            raise ExportError(f"its updateOutput reads self.{name}, which it has not")
        if callable(getattr(module, name)):
            raise ExportError(f"its updateOutput calls self.{name}, a method")
    variables = {each.id for each in ast.walk(definition) if isinstance(each, ast.Name)} | {given}
    called = {name: f"{own}_{name}" if name in variables else name for name in [*read, *written]}
    lines = _without_self(source, definition, own, called)
    name, parameters = _snake(cls.__name__), [given, *(called[each] for each in read)]
    text = "\n".join([f"def {name}({', '.join(parameters)}):", *lines]).rstrip() + "\n"
    functions.include_used(ast.parse(text), getattr(method, "__globals__", {}), "its updateOutput")
    return functions.add(name, text), {called[each]: getattr(module, each) for each in read}


def _places(definition: ast.FunctionDef, own: str) -> list[ast.Attribute]:
    """Where a method uses attributes of its object, in the order of the text."""
    places = [
        node
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own
    ]
    if sum(isinstance(node, ast.Name) and node.id == own for node in ast.walk(definition)) > len(places):
        raise ExportError(f"its updateOutput uses {own} as a whole")
    places.sort(key=lambda node: (node.lineno, node.col_offset))
    first = {node.attr: node.lineno for node in reversed(places) if isinstance(node.ctx, ast.Store)}
    for node in places:
        if isinstance(node.ctx, ast.Load) and node.lineno <= first.get(node.attr, -1):
            raise ExportError(f"its updateOutput keeps self.{node.attr} from one call to the next")
    return places


def _without_self(source: str, definition: ast.FunctionDef, own: str, called: dict[str, str]) -> list[str]:
    """The lines of the body with local names in place of attributes, and all else as it is.

    A line that does nothing but keep a variable as an attribute, which nobody reads, is left out.
    """
    places = _places(definition, own)
    read = {node.attr for node in places if isinstance(node.ctx, ast.Load)}
    lines: list[bytes | None] = list(source.encode().split(b"\n"))  # columns of the syntax tree count bytes
    for node in reversed(places):
        text = lines[node.lineno - 1] or b""
        end = node.col_offset + len(f"{own}.{node.attr}".encode())
        lines[node.lineno - 1] = text[: node.col_offset] + called[node.attr].encode() + text[end:]
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
            targets = [each for each in statement.targets if isinstance(each, ast.Attribute)]
            if len(targets) == len(statement.targets) and not {each.attr for each in targets} & read:
                lines[statement.lineno - 1] = None
    signature = definition.returns or definition.args.args[-1].annotation or definition.args.args[-1]
    begin = min(definition.body[0].lineno - 1, signature.end_lineno or 1)
    return [line.decode() for line in lines[begin:] if line is not None]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
