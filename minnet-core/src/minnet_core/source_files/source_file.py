"""Components in a Python file that belongs to no package: homework, or a first try."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

from attrs import field, frozen

from ..nn import Component, Criterion, Module
from ..registry import REGISTRIES, Registry
from ..state import sandboxed
from ..support import nearest_names, needed_arguments

_OURS = {"__minnet_module__": Module, "__minnet_criterion__": Criterion}
"""What the bases that are put into a file are called there."""

_OWN_BASES = ("Module", "Criterion", "Optimizer")
"""What a file calls a base class of its own, as notebooks do."""


@frozen
class SourceFile:
    """A Python file whose components have been registered.

    Attributes:
        name: ``homework.py``; its classes are ``homework.py:Conv2d``.
        path: absolute.
        sha256: of its contents, in hexadecimal.
        contents: as they were when it was run.
        classes: the names of what it registered, in the order of the file.
    """

    name: str
    path: Path
    sha256: str
    contents: bytes = field(repr=False)
    classes: tuple[str, ...]


def import_components(path: str | os.PathLike[str], *others: Registry) -> SourceFile:
    """Run a Python file, and register the components that it defines: ``layers["homework.py:Conv2d"]``.

    Nothing but this function and its callers runs a file: a model file that names ``homework.py:Conv2d`` finds that
    class only in a program that has imported it. Importing a file again, which may have changed, replaces its classes.
    A class with a base class of its own, as in a notebook, is given ours besides.

    Args:
        path: of the file.
        others: registries besides those of layers, criterions and optimizers.

    Raises:
        ValueError: if there is no such file, or it cannot be run.
    """
    path = Path(path)
    contents = _contents(path)
    module = _run(path.resolve(), contents)
    names = []
    for cls in defined_classes(module):
        if hasattr(cls, "updateOutput"):
            cls = with_core_base(cls)
        for registry in (*others, *REGISTRIES):
            if registry.takes(cls):
                registry.register(cls, file=path.name)
                names.append(cls.__name__)
                break
    return SourceFile(path.name, path.resolve(), sha256(contents).hexdigest(), contents, tuple(names))


def load_source_file(path: Path) -> ModuleType:
    """Run a file as a module, unless it has been run as it is now.

    A base class of its own, as notebooks define it, is given ours as its base.
    What it imports is found beside it, as by ``python FILE``, and is not kept: another file may have siblings of the
    same names. What it prints is not shown.

    Raises:
        ValueError: if there is no such file, or it cannot be run.
    """
    return _run(path.resolve(), _contents(path))


def _contents(path: Path) -> bytes:
    if not path.is_file():
        raise ValueError(f"expected a Python file, received {str(path)!r}: there is no such file")
    return path.read_bytes()


def _run(path: Path, source: bytes) -> ModuleType:
    """Run the contents of a file: those that were read once, for the file may change, or change itself."""
    # Which no other file, or module, has, nor this one when it has been changed.
    name = f"minnet_checked_{path.stem}_{crc32(str(path).encode() + source):08x}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # of a .py file there always is one
    module = importlib.util.module_from_spec(spec)
    vars(module).update(_OURS)
    before = set(sys.modules)
    folder = str(path.parent)
    sys.path.insert(0, folder)
    sys.modules[name] = module
    try:
        tree = _WithOurBases().visit(ast.parse(source, str(path)))
        with sandboxed():
            exec(compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True), vars(module))
    except BaseException as error:
        del sys.modules[name]
        if not isinstance(error, (Exception, SystemExit)):
            raise
        raise ValueError(f"{path.name}: cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(folder)
        for other in set(sys.modules) - before - {name}:
            if _is_beside(path.parent, other):
                del sys.modules[other]
    if folder not in sys.path:
        sys.path.append(folder)  # for what its functions import when they run
    return module


def _is_beside(folder: Path, module: str) -> bool:
    """Whether a module is one of the files and folders beside a file, rather than of some environment below it."""
    top = module.partition(".")[0]
    return (folder / f"{top}.py").is_file() or (folder / top).is_dir()


class _WithOurBases(ast.NodeTransformer):
    """Gives the classes of a file that derive from nothing, and have ``updateOutput``, our base."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        derives = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]
        methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        if not derives and not node.keywords and "updateOutput" in methods:
            required = len(methods["updateOutput"].args.args) - len(methods["updateOutput"].args.defaults)
            base = "__minnet_criterion__" if required > 2 else "__minnet_module__"
            node.bases = [ast.Name(base, ast.Load())]
        return node


def find_in_module(
    module: ModuleType, name: str, subject: str, accepts: Callable[[type], bool] = lambda cls: False
) -> Any:
    """Return a class or a function of a module.

    Args:
        module: the module.
        name: of the class or function.
        subject: what a message calls it.
        accepts: whether a class will do that is no component.

    Raises:
        ValueError: if it has none of this name; says the nearest, or which classes it has.
    """
    found = vars(module).get(name)
    if callable(found):
        return with_core_base(found) if isinstance(found, type) and not accepts(found) else found
    raise ValueError(f"{subject}: expected {_choices(module, name, subject)}, received {name!r}")


def _choices(module: ModuleType, name: str, subject: str) -> str:
    home = subject.rpartition(":")[0] or module.__name__
    defined = defined_classes(module)
    classes = sorted({cls.__name__ for cls in defined if hasattr(cls, "updateOutput")} or {c.__name__ for c in defined})
    close = nearest_names(name, classes, most=1)
    hint = f"; did you mean {close[0]}?" if close else f": {', '.join(classes) or 'it has none'}"
    return f"a class of {home}{hint}"


def component_classes(module: ModuleType) -> list[Any]:
    """The layers, criterions and optimizers that a module defines, but for a base class of its own that others have."""
    found = [cls for cls in defined_classes(module) if issubclass(cls, Component) or hasattr(cls, "updateOutput")]
    bases = {base for cls in found for base in cls.__bases__ if base.__name__ in _OWN_BASES}
    return [with_core_base(cls) for cls in found if cls not in bases]


def defined_classes(module: ModuleType) -> list[type]:
    """The classes that a module defines, rather than imports."""
    return [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]


def with_core_base(cls: Any) -> Any:
    """Return a component class; a class with a base of its own is given ours besides it.

    Raises:
        ValueError: if it is no component.
    """
    if issubclass(cls, Component):
        return cls
    if not hasattr(cls, "updateOutput"):
        raise ValueError(
            f"expected a layer, criterion or optimizer, received {cls.__name__}, which has no updateOutput"
        )
    base = Criterion if len(needed_arguments(cls.updateOutput)) > 2 else Module
    return type(cls.__name__, (cls, base), {"__module__": cls.__module__, "__doc__": cls.__doc__})
