"""What to do about a plugin that cannot be loaded, as far as its metadata, its modules and the error tell."""

from __future__ import annotations

import sys
from types import ModuleType

from ..discovery import Declaration, installed
from ..nn import Component
from ..support import nearest


def remedy_for(declaration: Declaration, error: BaseException) -> str:
    """Say what to do.

    Args:
        declaration: of what cannot be loaded.
        error: that was raised.

    Returns:
        A command, or what to change and where; empty if that cannot be said.
    """
    distribution = installed(declaration.distribution)
    if distribution is None:
        return ""
    if isinstance(error, ImportError):
        source = distribution.editable_source()
        if source is not None and not source.exists():
            name = distribution.name
            return f"its source {source} is gone: pip uninstall {name}, or install it again from where it is now"
        if missing := distribution.missing_requirements():
            return f"pip install {' '.join(missing)}"
    module, _, attribute = declaration.target.partition(":")
    found = sys.modules.get(module)
    if found is not None and isinstance(error, (AttributeError, TypeError)):
        classes = _components(found)
        if isinstance(error, AttributeError) and not hasattr(found, attribute.partition(".")[0]):
            return _corrected(nearest(attribute, classes) or _one_of(classes))
        named = getattr(found, attribute, found)
        if isinstance(named, ModuleType) and (classes := _components(named)):
            return _corrected(_one_of(classes))
    return ""


def _corrected(hint: str) -> str:
    """Say that an entry point is to be corrected."""
    return "; ".join(filter(None, [hint, "correct the entry point in its pyproject.toml, and install it again"]))


def _components(module: ModuleType) -> dict[str, str]:
    """The components that a module has, by name -> how to write them."""
    classes = {name: value for name, value in vars(module).items() if isinstance(value, type)}
    return {
        name: f"{module.__name__}:{name}"
        for name, cls in classes.items()
        if issubclass(cls, Component) and not cls.__module__.startswith("minnet_core")
    }


def _one_of(classes: dict[str, str]) -> str:
    return f"did you mean {' or '.join(map(repr, sorted(classes.values())))}?" if classes else ""
