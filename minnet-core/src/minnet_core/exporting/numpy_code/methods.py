"""A stranger's ``updateOutput`` as a function of NumPy, if it uses nothing but its own numbers and arrays."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any

from ...errors import ExportError
from ...nn import Module
from .functions import Functions, known_to


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
    functions.include_used(ast.parse(text), known_to(method), "its updateOutput")
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
    places.sort(key=_begin)
    _expect_nothing_kept(definition, places)
    return places


def _expect_nothing_kept(definition: ast.FunctionDef, places: list[ast.Attribute]) -> None:
    """Refuse attributes that are changed, or that are read before the method has given them a value."""
    ends: dict[int, tuple[int, int]] = {}  # of the statement in which a place takes a value, which is computed before
    changed: set[int] = set()  # places whose value is taken too: self.n += 1, self.n[0] = 1
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id in ("super", "__class__"):
            raise ExportError("its updateOutput calls one of its base classes")
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            ends |= dict.fromkeys(map(id, ast.walk(node)), _end(node))
        elif isinstance(node, ast.AugAssign):
            changed.add(id(node.target))
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed.add(id(_base(node)))
    first: dict[str, tuple[int, int]] = {}
    for node in places:
        if isinstance(node.ctx, ast.Store) and id(node) not in changed:
            first.setdefault(node.attr, ends.get(id(node), _begin(node)))
    for node in places:
        takes = id(node) in changed
        begin = first.get(node.attr, _begin(node) if takes else (0, 0))
        if _begin(node) <= begin and (takes or isinstance(node.ctx, ast.Load)):
            raise ExportError(f"its updateOutput keeps self.{node.attr} from one call to the next")


def _begin(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Line, from 1, and column in bytes."""
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _base(node: ast.AST) -> ast.AST:
    """What a place in an array is of: ``self.n`` of ``self.n[0][1]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _without_self(source: str, definition: ast.FunctionDef, own: str, called: dict[str, str]) -> list[str]:
    """The lines of the body with local names in place of attributes, and all else as it is.

    A line that does nothing but keep a variable as an attribute, which nobody reads, is left out.
    """
    places = _places(definition, own)
    read = {node.attr for node in places if isinstance(node.ctx, ast.Load)}
    original = source.encode().split(b"\n")  # columns of the syntax tree count bytes
    lines: list[bytes | None] = list(original)
    for node in reversed(places):
        text = lines[node.lineno - 1] or b""
        written = f"{own}.{node.attr}".encode()
        end = node.col_offset + len(written)
        if text[node.col_offset : end] != written:  # such as in an f-string of several lines
            raise ExportError(f"the source of its updateOutput cannot be read where it says {own}.{node.attr}")
        lines[node.lineno - 1] = text[: node.col_offset] + called[node.attr].encode() + text[end:]
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
            targets = [each for each in statement.targets if isinstance(each, ast.Attribute)]
            is_alone = original[statement.lineno - 1].strip() == ast.unparse(statement).encode()
            if is_alone and len(targets) == len(statement.targets) and not {each.attr for each in targets} & read:
                lines[statement.lineno - 1] = None
    signature = definition.returns or definition.args.args[-1].annotation or definition.args.args[-1]
    first = definition.body[0]
    begin = min(first.lineno - 1, signature.end_lineno or 1)
    if original[first.lineno - 1][: first.col_offset].strip():  # def updateOutput(self, input): return input
        lines[first.lineno - 1] = b"    " + (lines[first.lineno - 1] or b"")[first.col_offset :]
        begin = first.lineno - 1
    return [line.decode() for line in lines[begin:] if line is not None]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
