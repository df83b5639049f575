"""`NumpyCode`: the code of a network as it grows, layer by layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import ExportError, described
from ...nn import Array, Module, join, listed_modules, title
from ...support import printable
from .formula import Formula, Structure
from .functions import VARIABLES, Functions
from .layout import as_tuple, assignment_lines, comment, literal


class NumpyCode:
    """The code of a network: the body of a function, and the arrays and functions that it uses.

    What writes a module (`Structure`) calls its methods.

    Attributes:
        arrays: the arrays that are kept beside the program, by name.
        functions: the functions whose source becomes part of the program.
        lines: of the body, as far as it is written.
    """

    def __init__(self, formula_of: Callable[[Module], Formula | Structure | None]) -> None:
        self.arrays: dict[str, Array] = {}
        self.functions = Functions()
        self.lines: list[str] = []
        self.bodies: list[list[str]] = []
        self._formula_of = formula_of
        self._names: dict[int, str] = {}
        self._prefix = ""
        self._target = "x"
        self._taken: set[str] = set()

    def module(self, name: str, module: Module, x: str, into: str | None = None) -> str:
        """Add the lines of a module.

        Args:
            name: of the module in the one that is being written, such as its index.
            module: the module.
            x: an expression of what it takes.
            into: the variable that takes its output; that of ``x`` if none is given.

        Returns:
            An expression of its output: the variable, or what has it already.

        Raises:
            ExportError: if nothing says what the module is in NumPy.
        """
        before, self._prefix = self._prefix, join(self._prefix, name)
        said = self._formula_of(module)
        target, outer = into or x, self._target
        self._target = target
        try:
            if isinstance(said, Structure):
                made = said.write(self, module, x)
                return made if made == x or made.isidentifier() else self.assign(target, made, module)
            self._call(target, *self._function_of(said, module), x, module)
            return target
        except ExportError:
            raise
        except Exception as error:  # whatever a stranger's formula does about a layer
            raise self._refused(module, f"its formula failed: {described(error)}") from error
        finally:
            self._prefix, self._target = before, outer

    def sequence(self, container: Module, x: str, into: str | None = None) -> str:
        """Add the lines of the modules of a container, one after the other.

        Args:
            container: has the modules.
            x: an expression of what the first takes.
            into: the variable that takes the outputs; that of the container's own output if none is given.

        Returns:
            An expression of the output of the last.
        """
        made, target = x, into or self._target
        for name, module in listed_modules(container):
            made = self.module(name, module, made, into=target)
        return made

    def branches(self, container: Module, inputs: Sequence[str]) -> list[str]:
        """Add the lines of the modules of a container side by side, each of its input; return their outputs."""
        return [
            self.module(name, module, x, into=self.new_name("y"))
            for (name, module), x in zip(listed_modules(container), inputs, strict=True)
        ]

    def subroutine(self, container: Module) -> str:
        """Write the modules of a container as a function of its own, and return its name."""
        name = self.new_name("each")
        outer, self.lines = self.lines, []
        made = self.sequence(container, "x", into="x")
        body = [f"def {name}(x):", *self.lines, f"    return {made}"]
        self.bodies.append(body)
        self.lines = outer
        return name

    def assign(self, target: str, expression: str, module: Module | None = None) -> str:
        """Add a line that gives a variable a value, with what it is; return the variable."""
        if module is not None:
            self.lines.append(comment(self._described(module)))
        self.lines += assignment_lines(target, expression)
        return target

    def call(self, function: Callable[..., Any], x: str, **arguments: Any) -> str:
        """Write a call of a function whose source becomes part of the program: an expression."""
        inner = ", ".join([x, *self._arguments(arguments, self)])
        return f"{self.functions.name_of(function)}({inner})"

    def call_with(self, name: str, function: Callable[..., Any], x: str, arguments: Mapping[str, Any]) -> str:
        """Write a call of a function, whose arrays are kept under the name of what it is for: ``prepare.offset``."""
        before, self._prefix = self._prefix, name
        try:
            return self.call(function, x, **arguments)
        finally:
            self._prefix = before

    def array(self, array: Array, name: str) -> str:
        """Keep an array beside the program: the expression that it is there.

        Args:
            array: a parameter or a buffer.
            name: of it in the module that is being written.
        """
        known = self._names.get(id(array))
        if known is None or self.arrays[known] is not array:
            known = join(self._prefix, name)
            while known in self.arrays:
                known += "_"
            self._names[id(array)], self.arrays[known] = known, array
        return f"weights[{literal(known)}]"

    def table(self, parts: Sequence[str]) -> str:
        """Write a tuple of expressions."""
        return as_tuple(parts)

    def new_name(self, wanted: str) -> str:
        """Return a name for a variable that is no other's, and no function's: ``y_wanted``, or one of ``VARIABLES``."""
        name = wanted if wanted in VARIABLES else "y_" + re.sub(r"\W", "_", wanted, flags=re.ASCII)
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name}_{number}" if name[-1].isdigit() else f"{name}{number}"
        self._taken.add(found)
        return found

    def _function_of(self, said: Formula | None, module: Module) -> tuple[str, dict[str, Any]]:
        """The name of the function of a layer, and its arguments but the input."""
        from .methods import function_of_method

        if said is not None:
            return self.functions.name_of(said.function), said.arguments_of(module)
        try:
            return function_of_method(self.functions, module)
        except ExportError as error:
            raise self._refused(module, str(error)) from None

    def _call(self, target: str, function: str, arguments: dict[str, Any], x: str, module: Module) -> None:
        try:
            written = self._arguments(arguments, module)
        except TypeError as error:
            raise self._refused(module, str(error)) from None
        self.lines.append(comment(self._described(module)))
        self.lines += assignment_lines(target, f"{function}({', '.join([x, *written])})")

    def _arguments(self, arguments: dict[str, Any], module: object) -> list[str]:
        written = []
        for name, value in arguments.items():
            if isinstance(value, np.ndarray):
                own = next((attribute for attribute, kept in vars(module).items() if kept is value), name)
                written.append(f"{name}={self.array(value, own)}")
            else:
                try:
                    written.append(f"{name}={literal(value)}")
                except TypeError as error:
                    raise TypeError(f"its {name}: {error}") from None
        return written

    def _described(self, module: Module) -> str:
        return printable(f"{self._prefix}: {title(module)}" if self._prefix else title(module))

    def _refused(self, module: Module, why: str) -> ExportError:
        where = f" ({printable(self._prefix)})" if self._prefix else ""
        return ExportError(
            f"{printable(title(module))}{where}: {why}; an entry point minnet.formulas, or "
            "minnet_core.exporting.says_formula, can say what it is in NumPy"
        )
