"""`cases_of`: from a class, a name, a distribution or a file to cases."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import evolve

from ...discovery import LOCAL, Declaration, canonical, installed
from ...errors import PluginLoadError, UnknownComponentError
from ...nn import Component, Criterion, Draw, Module, Optimizer, shape_text
from ...registry import DISABLED_BY, Registry
from ...source_files import (
    component_classes,
    defined_classes,
    find_in_module,
    load_source_file,
    with_core_base,
)
from ...state import sandboxed
from ...support import nearest_names, needed_arguments
from ..adapters import Adapter, adapted, name_in_one_line
from ..cases import Case, examples_of, from_example, is_tried_without_examples
from ..kinds import Kind, all_kinds, kind_of_class
from .options import CaseOptions
from .targets import guessed_target
from .whole_files import (
    arguments_hint,
    first_that_runs,
    missing_arguments,
    problem_of_constructor,
    python_files,
    unchecked_case,
    with_guessed_input,
)


def cases_of(
    *subjects: Any,
    arguments: Mapping[str, Any] | None = None,
    input: Any = None,
    target: str | Draw | None = None,
    traits: Iterable[str] = (),
    example: int | None = None,
    seed: int | None = None,
) -> list[Case]:
    """Make the cases of what is to be checked.

    Args:
        subjects: each a `Case`; a class, of another framework too if a plugin adapts it; a component; a name of a
            registry (``"Linear"``, ``"minnet-swish:Swish"``); a distribution (``"minnet-swish"``, for all its
            components); ``"module:Class"`` or ``"FILE.py:Class"``, where a function that makes a component may stand
            for the class; a file or folder, for every class in it.
        arguments: of the constructor; like ``input``, instead of the ``EXAMPLES`` of the class.
        input: the shape of an input, a tuple of shapes for a table, or a list of either; as `Example` takes them, so
            ``"4,7,3;4:lengths<=7"`` too.
        target: of a criterion: ``"one-hot"``, ``"classes"``, ``"real"``, ``"binary"``, ``"signs"``, whatever else
            `Example` takes, as ``"4:signs"`` or a function; found out if not given.
        traits: traits that hold, besides those that are found out.
        example: the index of the one of the ``EXAMPLES`` that is to be checked.
        seed: of the cases.

    Raises:
        ValueError: if a class declares no ``EXAMPLES`` and no input is given, or there is no such subject.

    >>> from minnet_core import Sequential
    >>> [case.name for case in cases_of(Sequential, "Sequential")]
    ['Sequential', 'Sequential']
    """
    if not subjects:
        raise ValueError("expected something to check, received nothing")
    options = CaseOptions(arguments=arguments, input=input, target=target, traits=traits, example=example, seed=seed)
    return [case for subject in subjects for case in _cases(subject, options)]


def every_case(seed: int | None = None, kinds: Iterable[Kind] | None = None) -> list[Case]:
    """Make the cases of all components that are installed.

    Args:
        seed: of the cases.
        kinds: of components; all that the kit knows if not given.
    """
    options = CaseOptions(seed=seed)
    declared = _declarations(all_kinds() if kinds is None else kinds)
    return [case for registry, each in declared for case in _declared_cases(registry, each, options)]


def _cases(subject: Any, options: CaseOptions) -> Iterator[Case]:
    if isinstance(subject, Case):
        if options.has_more_than_a_seed:
            raise ValueError(f"{subject.name}: expected nothing besides a case but a seed, received more")
        yield evolve(subject, seed=subject.seed if options.seed is None else options.seed)
    elif isinstance(subject, type):
        yield from _of_found(subject if _is_adapted(subject) else with_core_base(subject), options, None)
    elif isinstance(subject, Component):
        if options.arguments is not None or options.example is not None:
            raise ValueError(f"{subject!r}: expected no arguments for a component that is made, received some")
        yield from _described(lambda: copy.deepcopy(subject), type(subject), options, None, type(subject).__name__)
    elif isinstance(subject, str):
        yield from _named(subject, options)
    elif adapter := adapted(type(subject), lambda: copy.deepcopy(subject)):
        yield from _of_adapter(adapter, options, None)
    else:
        raise TypeError(f"expected a case, a class, a component or a name to check, received {subject!r}")


def _named(name: str, options: CaseOptions) -> Iterator[Case]:
    path, colon, attribute = name.rpartition(":")
    if name.endswith(".py") and Path(name).is_file():
        yield from _of_files(Path(name), options)
        return
    command = f"minnet check {shlex.quote(name)}"
    if colon and path.endswith(".py"):
        found = find_in_module(load_source_file(Path(path)), attribute, name, _is_adapted)
        yield from _of_found(found, options, command)
        return
    for registry in _registries():
        try:
            declaration = registry.declaration(name)  # which raises, with the full names, if it means several
        except UnknownComponentError:
            continue
        if declaration.distribution != LOCAL:
            yield from _declared_cases(registry, declaration, options)
        else:
            yield from _of_class(registry[name], options, None)
        return
    provided = [
        (registry, each) for registry, each in _declarations(all_kinds()) if each.distribution == canonical(name)
    ]
    if provided and not colon:
        yield from (case for registry, each in provided for case in _declared_cases(registry, each, options))
    elif Path(name).is_dir():
        yield from _of_files(Path(name), options)
    elif colon and _can_be_imported(path):
        yield from _of_found(find_in_module(_imported(path), attribute, name, _is_adapted), options, command)
    else:
        raise ValueError(_unknown(name))


def _registries() -> list[Registry]:
    """The registries whose components the kit can prove."""
    return [kind.registry for kind in all_kinds()]


def _declarations(kinds: Iterable[Kind]) -> list[tuple[Registry, Declaration]]:
    """Every declared component of some kinds, once whatever names it has, with the registry that declares it."""
    return [(kind.registry, declaration) for kind in kinds for declaration in kind.registry.components()]


def _of_files(path: Path, options: CaseOptions) -> Iterator[Case]:
    """The cases of every class of a file or folder; of one that cannot be checked as it is, one that says why."""
    if options.arguments is not None or options.example is not None:
        raise ValueError(f"{path}: expected arguments or an example for one class, {path}:Class, received some for all")
    is_empty = True
    for file in python_files(path):
        try:
            module = load_source_file(file)
            classes = [*component_classes(module), *filter(_is_adapted, defined_classes(module))]
        except ValueError as error:
            is_empty = False
            yield unchecked_case(str(file), str(error))
            continue
        for cls in classes:
            is_empty = False
            try:
                cases = list(_of_own_class(cls, options, f"minnet check {shlex.quote(f'{file}:{cls.__name__}')}"))
            except (ValueError, TypeError) as error:
                cases = [unchecked_case(cls.__name__, str(error).removeprefix(f"{cls.__name__}: "))]
            yield from cases
    if is_empty:
        raise ValueError(f"{path}: expected a layer, criterion or optimizer in it, received none")


def _of_own_class(cls: Any, options: CaseOptions, command: str) -> Iterator[Case]:
    """The cases of a class among others, to which the options belong as far as it has no ``EXAMPLES``."""
    if not issubclass(cls, Component):
        yield from _of_adapter(_adapter_of(cls), evolve(options, target=None), command)
    elif examples_of(cls):
        yield from _of_class(cls, CaseOptions(seed=options.seed), command)
    elif problem := problem_of_constructor(cls):
        yield unchecked_case(cls.__name__, problem)
    elif options.input is not None or ((kind := kind_of_class(cls)) is not None and kind.input is not None):
        own = options if issubclass(cls, Criterion) else evolve(options, target=None)
        yield from _described(cls, cls, own, command)
    else:
        yield from with_guessed_input(
            lambda shape: _described(cls, cls, evolve(options, input=[shape], target=None), command)
        )


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # whatever a module does
        raise ValueError(f"{name}: cannot be imported: {type(error).__name__}: {error}") from error


def _unknown(name: str) -> str:
    path, _, attribute = name.rpartition(":")
    if path and Path(f"{path}.py").is_file():
        hint = f"did you mean {path}.py:{attribute}?"
    elif any(name in (each.name, each.qualified, each.distribution) for r in _registries() for each in r.disabled()):
        hint = f"{name} is {DISABLED_BY}"
    elif not path and installed(name):
        hint = f"{name} is installed, and registers nothing; see: minnet plugins"
    else:
        declared = [one for registry in _registries() for one in registry.declarations()]
        known = [each for one in declared for each in (one.name, one.qualified, one.distribution)]
        close = nearest_names(name, known, most=2)
        see = f"see: {', '.join(f'minnet {registry.kind}' for registry in _registries())}"
        hint = f"did you mean {' or '.join(close)}?" if close else see
    return (
        f"expected a component or a distribution that is installed, module:Class or FILE.py:Class, received {name!r}; "
        f"{hint}"
    )


def _declared_cases(registry: Registry, declaration: Declaration, options: CaseOptions) -> Iterator[Case]:
    """The cases of a registered component; if it cannot be loaded, or says nothing of itself, one that fails."""
    command = f"minnet check {shlex.quote(declaration.qualified)}"
    try:
        cls = registry.load(declaration)
        if not (examples_of(cls) or options.replaces_examples or is_tried_without_examples(cls)):
            raise ValueError(_needs_examples(cls))
    except (PluginLoadError, ValueError, TypeError) as error:
        yield Case(_failing(error), input=(1,), name=declaration.name, seed=options.seed or 0, command=command)
    else:
        yield from _of_class(cls, options, command)


def _failing(error: Exception) -> Callable[[], Any]:
    def factory() -> Any:
        raise error

    return factory


def _of_found(found: Any, options: CaseOptions, command: str | None) -> Iterator[Case]:
    """The cases of what a file or module has under a name: a class, or a function that makes a component."""
    if isinstance(found, type):
        if issubclass(found, Component):
            yield from _of_class(found, options, command)
        else:
            yield from _of_adapter(_adapter_of(found), options, command)
    else:
        what = f"{getattr(found, '__name__', repr(found))}()"
        try:
            with sandboxed(options.seed or 0):
                made = found(**dict(options.arguments or {}))
        except (Exception, SystemExit) as error:  # whatever a function does
            hint = arguments_hint([each for each in needed_arguments(found) if each not in (options.arguments or {})])
            raise ValueError(f"{what}: raised {type(error).__name__}: {error}; {hint}") from error
        if not isinstance(made, Component) and (adapter := adapted(type(made), found)):
            yield from _of_adapter(adapter, options, command)
            return
        if not isinstance(made, Component):
            raise ValueError(f"{what}: expected a component to be made, received {type(made).__name__}")
        yield from _described(found, type(made), options, command)


def _is_adapted(cls: type) -> bool:
    """Whether a class is no component, and a plugin has something that stands for it."""
    return not issubclass(cls, Component) and adapted(cls) is not None


def _adapter_of(cls: type) -> Adapter:
    found = adapted(cls)
    assert found is not None  # else there would be an error instead of this class
    return found


def _of_adapter(adapter: Adapter, options: CaseOptions, command: str | None) -> Iterator[Case]:
    """The cases of what a plugin adapts; where neither ``EXAMPLES`` nor an input is there, what it guesses is tried."""
    cls: Any = adapter.component
    if options.input is not None or (options.arguments is None and examples_of(cls)):
        cases = _of_class(cls, options, command)
    else:
        _expect_arguments(cls, options)
        cases = _guessed(adapter, options, command)
    for case in cases:
        yield evolve(case, adapter=adapter, name=name_in_one_line(case))


def _guessed(adapter: Adapter, options: CaseOptions, command: str | None) -> Iterator[Case]:
    cls, given = adapter.component, options.arguments or {}

    def attempts() -> Iterator[tuple[str, str, Iterable[Case]]]:
        for guess in adapter.guesses(given):
            arguments = {**guess.arguments, **given}
            own = evolve(options, input=[guess.input], arguments=arguments or options.arguments)
            yield shape_text(guess.input), guess.told, _described(cls, cls, own, command)

    yield from first_that_runs(cls.__name__, attempts())


def _of_class(cls: Any, options: CaseOptions, command: str | None) -> Iterator[Case]:
    if options.replaces_examples:
        if options.example is not None:
            raise ValueError(
                f"{cls.__name__}: expected an example of the class or the shape of an input, received both"
            )
        yield from _described(cls, cls, options, command)
        return
    if options.traits or options.target is not None:
        raise ValueError(f"{cls.__name__}: expected the shape of an input (input=, --input) with traits or a target")
    examples = examples_of(cls)
    if not examples:
        kind = kind_of_class(cls)
        if kind is None or not is_tried_without_examples(cls):
            raise ValueError(_needs_examples(cls))
        yield Case(cls, input=kind.input or (), seed=options.seed or 0, command=command)
        return
    if options.example is not None and options.example >= len(examples):
        raise ValueError(
            f"{cls.__name__}: expected an example from 0 to {len(examples) - 1}, received {options.example}"
        )
    cases = [from_example(cls, example, seed=options.seed or 0) for example in examples]
    names = Counter(case.name for case in cases)
    for index, case in enumerate(cases):
        if options.example in (None, index):
            again = f"{command} --example {index}" if command and len(cases) > 1 else command
            name = f"{case.name} #{index}" if names[case.name] > 1 else case.name
            yield evolve(case, name=name, command=again)


def _needs_examples(cls: type) -> str:
    if not _takes_input(cls):
        needed = ", ".join(needed_arguments(cls))
        return f"{cls.__name__}: expected EXAMPLES on the class, or its {needed} (arguments=, --args), received neither"
    missing = missing_arguments(cls, None)
    hint = f"; {arguments_hint(missing)}" if missing else ""
    return (
        f"{cls.__name__}: expected EXAMPLES on the class, or the shape of an input (input=, --input), received "
        f"neither{hint}"
    )


def _takes_input(cls: type) -> bool:
    """Whether the components of a class take inputs; what is of no kind is to be a layer."""
    kind = kind_of_class(cls)
    return kind is None or kind.takes_input


def _described(
    factory: Callable[..., Any], cls: Any, options: CaseOptions, command: str | None, name: str | None = None
) -> Iterator[Case]:
    """The case of a component that its user describes; traits are found out."""
    kind = kind_of_class(cls)
    usual = None if kind is None else kind.input
    if factory is cls:
        _expect_arguments(cls, options)
    if options.input is None and usual is None:
        raise ValueError(f"{cls.__name__}: expected the shape of an input (input=, --input), received none")
    case = Case(
        factory,
        arguments=dict(options.arguments or {}),
        input=options.input or usual or (),
        target=options.target,
        traits=frozenset(options.traits),
        infers=True,
        seed=options.seed or 0,
    )
    if options.target is not None and issubclass(cls, (Module, Optimizer)):
        raise ValueError(f"{cls.__name__}: expected a target for a criterion, received one for something else")
    if name:
        case = evolve(case, name=name)
    if command and options.has_cli_form:
        case = evolve(case, command=command + options.cli_flags())
    elif inspect.isclass(factory):
        case = evolve(case, call=f"check_component({cls.__name__}{options.python_arguments()}")
    if issubclass(cls, Criterion) and options.target is None:
        case = guessed_target(case)
    yield case


def _expect_arguments(cls: Any, options: CaseOptions) -> None:
    if missing := missing_arguments(cls, options.arguments):
        raise ValueError(
            f"{cls.__name__}: its constructor needs {' and '.join(missing)}, received {dict(options.arguments or {})}; "
            f"{arguments_hint(missing)}"
        )


def _can_be_imported(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
