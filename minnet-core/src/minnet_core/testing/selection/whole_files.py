"""Cases of every class of a file or folder: which files there are, guessed inputs, and what cannot be checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from ...nn import Optimizer, shape_text
from ...state import sandboxed
from ...support import needed_arguments
from ..cases import Case
from ..trait_detection import problem_of_pass
from ..trial import Trial

INPUTS = ((4, 5), (4, 3, 5), (2, 3, 6, 6))
"""Shapes that a layer is tried with whose user names none: rows, sequences and images."""


def python_files(path: Path) -> list[Path]:
    """The Python files of a folder and of those in it, in order, but for hidden ones; a file is itself."""
    if path.is_file():
        return [path]
    found = sorted(path.rglob("*.py"))
    return [file for file in found if not any(part.startswith((".", "__")) for part in file.relative_to(path).parts)]


def missing_arguments(cls: Any, given: Any) -> list[str]:
    """The arguments that a constructor needs and is not given."""
    needed = needed_arguments(cls)
    return [name for name in (needed[1:] if issubclass(cls, Optimizer) else needed) if name not in (given or {})]


def arguments_hint(names: list[str]) -> str:
    r"""Say how arguments are given, at a shell and in Python.

    >>> arguments_hint(["n_in"])
    '--args \'{"n_in": ...}\', in Python arguments={"n_in": ...}, gives them'
    """
    example = ", ".join(f"{json.dumps(name)}: ..." for name in names) or "..."
    return f"--args '{{{example}}}', in Python arguments={{{example}}}, gives {'them' if names else 'others'}"


def unchecked_case(name: str, why: str) -> Case:
    """Make the case of what cannot be checked as it is, which says why."""

    def factory() -> Any:
        raise ValueError(why)

    return Case(factory, input=(1,), name=name, unchecked=why)


def problem_of_constructor(cls: Any) -> str:
    """Say why a class cannot be constructed as it is; nothing if it can."""
    if missing := missing_arguments(cls, None):
        return f"its constructor needs {' and '.join(missing)}; {arguments_hint(missing)}"
    if issubclass(cls, Optimizer):  # which needs a module: its checks construct it
        return ""
    try:
        with sandboxed():
            cls()
    except (Exception, SystemExit) as error:  # whatever a constructor does
        return f"its constructor raised {type(error).__name__}: {error}; {arguments_hint([])}"
    return ""


def with_guessed_input(make: Callable[[Any], Iterator[Case]]) -> Iterator[Case]:
    """Make the cases of a class with the first of ``INPUTS`` that it takes.

    Raises:
        ValueError: if it takes none of them.
    """
    yield from first_that_runs("", ((shape_text(shape), "", make(shape)) for shape in INPUTS))


def first_that_runs(name: str, attempts: Iterable[tuple[str, str, Iterable[Case]]]) -> Iterator[Case]:
    """Yield the first of some cases that runs, with what was guessed.

    Args:
        name: what an error begins with; nothing if empty.
        attempts: each the shape of an input in words, what else was guessed, and its cases.

    Raises:
        ValueError: if none runs; says why.
    """
    problems: dict[str, str] = {}
    for shape, guessed, cases in attempts:
        for case in cases:
            with sandboxed():
                problem = problem_of_pass(Trial(evolve(case, infers=False), "input"))
            if problem is None:
                told = f"its input is taken to be {shape}"
                yield evolve(case, guess="; ".join(filter(None, [told, guessed, case.guess])))
                return
            problems.setdefault(problem, shape)
    told = "; ".join(f"{shape}: {problem}" for problem, shape in problems.items())
    raise ValueError(
        f"{name and f'{name}: '}no input that was tried runs through it ({told}); "
        "--input names the shape of one that does"
    )
