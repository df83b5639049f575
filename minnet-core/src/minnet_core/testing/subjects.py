"""`cases_of`: from a class, a name, a distribution or a file to cases."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import json
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import evolve, frozen

from ..component import Component
from ..criterion import Criterion
from ..discovery import LOCAL, Declaration, canonical
from ..errors import PluginLoadError, UnknownComponentError
from ..example import Draw
from ..module import Module
from ..optimizer import Optimizer
from ..registries import criterions, layers, optimizers
from .case import Case, from_example
from .targets import guessed_target, named_target

REGISTRIES = (layers, criterions, optimizers)


@frozen(kw_only=True)
class Given:
    """What is known besides the subject; all of it replaces the ``EXAMPLES`` of a class.

    Attributes:
        arguments: of the constructor.
        input: shapes, as `Example` takes them.
        target: a name of ``TARGETS``, or a function.
        traits: traits that hold, besides those that are found out.
        example: which of the ``EXAMPLES`` alone.
        seed: of the cases.
    """

    arguments: Mapping[str, Any] | None = None
    input: Any = None
    target: str | Draw | None = None
    traits: Iterable[str] = ()
    example: int | None = None
    seed: int | None = None

    @property
    def describes_a_call(self) -> bool:
        """Whether ``EXAMPLES`` are replaced."""
        return self.arguments is not None or self.input is not None

    def flags(self) -> str:
        """The options of ``minnet check`` that say the same."""
        words: list[str] = []
        if self.arguments is not None:
            words += ["--args", json.dumps(dict(self.arguments))]
        for shape in self.input if isinstance(self.input, list) else [self.input] if self.input else []:
            words += ["--input", shape_text(shape)]
        if isinstance(self.target, str):
            words += ["--target", self.target]
        for trait in sorted(self.traits):
            words += ["--trait", trait]
        return "".join(f" {shlex.quote(word)}" for word in words)


def cases_of(*subjects: Any, **known: Any) -> list[Case]:
    """Make the cases of what is to be checked.

    Args:
        subjects: each a `Case`; a class; a component; a name of a registry (``"Linear"``, ``"minnet-swish:Swish"``); a
            distribution (``"minnet-swish"``, for all its components); ``"module:Class"`` or ``"FILE.py:Class"``.
        known: ``arguments``, ``input``, ``target``, ``traits``, ``example`` and ``seed``: what the class does not
            declare, or should be tried instead of it.

    Raises:
        ValueError: if a class declares no ``EXAMPLES`` and no input is given, or there is no such subject.

    >>> from minnet_core import Sequential
    >>> [case.name for case in cases_of(Sequential, "minnet-core")]
    ['Sequential', 'Sequential']
    """
    given = Given(**known)
    return [case for subject in subjects for case in _cases(subject, given)]


def every_case(seed: int | None = None) -> list[Case]:
    """Make the cases of all components that are installed."""
    declared = [(registry, declaration) for registry in REGISTRIES for declaration in registry.declarations()]
    return [case for registry, its in declared for case in _declared_cases(registry, its, Given(seed=seed))]


def _cases(subject: Any, given: Given) -> Iterator[Case]:
    if isinstance(subject, Case):
        yield evolve(subject, seed=subject.seed if given.seed is None else given.seed)
    elif isinstance(subject, type):
        yield from _of_class(_adopted(subject), given, None)
    elif isinstance(subject, Component):
        made = Given(input=given.input, target=given.target, traits=given.traits, seed=given.seed)
        yield from _described(lambda: copy.deepcopy(subject), type(subject), made, None)
    elif isinstance(subject, str):
        yield from _named(subject, given)
    else:
        raise TypeError(f"expected a case, a class, a component or a name to check, received {subject!r}")


def _named(name: str, given: Given) -> Iterator[Case]:
    path, colon, attribute = name.rpartition(":")
    command = f"minnet check {shlex.quote(name)}"
    if colon and path.endswith(".py"):
        yield from _of_class(_class_in(_module_of_file(Path(path)), attribute, name), given, command)
        return
    for registry in REGISTRIES:
        try:
            declaration = registry.declaration(name)  # which raises, with the full names, if it means several
        except UnknownComponentError:
            continue
        if declaration.distribution != LOCAL:
            yield from _declared_cases(registry, declaration, given)
        else:
            yield from _of_class(registry[name], given, None)
        return
    if not colon:
        its = [(r, d) for r in REGISTRIES for d in r.declarations() if d.distribution == canonical(name)]
        if its:
            yield from (case for registry, one in its for case in _declared_cases(registry, one, given))
            return
    elif _can_be_imported(path):
        yield from _of_class(_class_in(importlib.import_module(path), attribute, name), given, command)
        return
    raise ValueError(_unknown(name))


def _unknown(name: str) -> str:
    declared = [declaration for registry in REGISTRIES for declaration in registry.declarations()]
    folded = {known.lower(): known for its in declared for known in (its.name, its.qualified, its.distribution)}
    close = [folded[match] for match in get_close_matches(name.lower(), folded, n=2)]
    hint = (
        f"did you mean {' or '.join(close)}?" if close else "see: minnet layers, minnet criterions, minnet optimizers"
    )
    return (
        f"expected a component or a distribution that is installed, module:Class or FILE.py:Class, received {name!r}; "
        f"{hint}"
    )


def _declared_cases(registry: Any, declaration: Declaration, given: Given) -> Iterator[Case]:
    """The cases of a registered component; if it cannot be loaded, or says nothing of itself, one that fails."""
    command = f"minnet check {declaration.qualified}"
    try:
        cls = registry.load(declaration)
        if not (cls.EXAMPLES or given.describes_a_call or issubclass(cls, Optimizer)):
            raise ValueError(_says_nothing(cls))
    except (PluginLoadError, ValueError) as error:
        yield Case(_failing(error), input=(1,), name=declaration.name, seed=given.seed or 0, command=command)
    else:
        yield from _of_class(cls, given, command)


def _failing(error: Exception) -> Callable[[], Any]:
    def factory() -> Any:
        raise error

    return factory


def _of_class(cls: Any, given: Given, command: str | None) -> Iterator[Case]:
    if given.describes_a_call:
        if given.example is not None:
            raise ValueError(
                f"{cls.__name__}: expected an example of the class or the shape of an input, received both"
            )
        yield from _described(cls, cls, given, command)
        return
    if given.traits or given.target is not None:
        raise ValueError(f"{cls.__name__}: expected the shape of an input (--input 4,5) with traits or a target")
    if not cls.EXAMPLES:
        if not issubclass(cls, Optimizer):
            raise ValueError(_says_nothing(cls))
        yield Case(cls, input=(4, 3), seed=given.seed or 0, command=command)
        return
    if given.example is not None and given.example >= len(cls.EXAMPLES):
        raise ValueError(
            f"{cls.__name__}: expected an example from 0 to {len(cls.EXAMPLES) - 1}, received {given.example}"
        )
    for index, example in enumerate(cls.EXAMPLES):
        if given.example in (None, index):
            again = f"{command} --example {index}" if command and len(cls.EXAMPLES) > 1 else command
            yield from_example(cls, example, seed=given.seed or 0, command=again)


def _says_nothing(cls: type) -> str:
    return f"{cls.__name__}: expected EXAMPLES on the class, or the shape of an input (--input 4,5), received none"


def _described(factory: Callable[..., Any], cls: Any, given: Given, command: str | None) -> Iterator[Case]:
    """The case of a class that its user describes; traits are found out."""
    if given.input is None and not issubclass(cls, Optimizer):
        raise ValueError(f"{cls.__name__}: expected the shape of an input (--input 4,5), received none")
    target = named_target(given.target) if isinstance(given.target, str) else given.target
    can_be_said = given.target is None or isinstance(given.target, str)
    command = command + given.flags() if command and can_be_said else None
    case = Case(
        factory,
        name=cls.__name__,
        arguments=dict(given.arguments or {}),
        input=given.input or (4, 3),
        target=target,
        traits=frozenset(given.traits),
        infers=True,
        seed=given.seed or 0,
        command=command,
    )
    if issubclass(cls, Criterion) and target is None:
        case = evolve(case, target=guessed_target(case))
    yield case


def _module_of_file(path: Path) -> ModuleType:
    """Import a file, as ``python FILE`` would find what it imports; its classes can be pickled."""
    if not path.is_file():
        raise ValueError(f"expected a Python file, received {str(path)!r}, which is none")
    known = sys.modules.get(path.stem)
    if known is not None and getattr(known, "__file__", None) == str(path.resolve()):
        return known
    name = path.stem if known is None else f"minnet_checked_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec is not None  # of a .py file there always is one
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a file does
        del sys.modules[name]
        raise ValueError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _can_be_imported(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _class_in(module: ModuleType, name: str, subject: str) -> Any:
    found = getattr(module, name, None)
    if not isinstance(found, type):
        its = [
            value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
        ]
        classes, home = sorted(cls.__name__ for cls in its), subject.rpartition(":")[0]
        raise ValueError(f"{subject}: expected a class of {home}, one of {classes}, received {name!r}")
    return _adopted(found)


def _adopted(cls: Any) -> Any:
    """Return a component class; a class with a base of its own, as a notebook defines it, is given ours besides it."""
    if issubclass(cls, Component):
        return cls
    if not hasattr(cls, "updateOutput"):
        raise ValueError(
            f"expected a layer, criterion or optimizer, received {cls.__name__}, which has no updateOutput"
        )
    base = Criterion if "target" in inspect.signature(cls.updateOutput).parameters else Module
    return type(cls.__name__, (cls, base), {"__module__": cls.__module__, "__doc__": cls.__doc__})


def shape_text(shape: Any) -> str:
    """Write a shape as ``--input`` takes it: ``4,5``, or ``4,5;4,2`` for a table.

    >>> shape_text((4, 5)), shape_text(((4, 5), (4, 2)))
    ('4,5', '4,5;4,2')
    """
    if isinstance(shape[0], tuple):
        return ";".join(map(shape_text, shape))
    return ",".join(map(str, shape))
