"""Names: what a project may be called, and what follows from it for the package, the class and the module."""

from __future__ import annotations

import builtins
import keyword
import re
import sys

import minnet_core
from minnet_core.discovery import FIRST_PARTY, LOCAL, canonical

_PROJECT = re.compile(r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)  # as PEP 508 has it
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*", re.ASCII)
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

NEEDED = frozenset({"hypothesis", "minnet", "numpy", "pytest", "pytest-minnet"})
"""Names of what a generated project itself imports, and that of a stranger's package on the index."""


def project_name(text: str) -> str:
    """Return the canonical name of a project, ``minnet-smish``.

    Raises:
        ValueError: if no distribution can have the name, or no package can be imported by it, or it is taken.

    >>> project_name("Minnet_Smish")
    'minnet-smish'
    """
    if not _PROJECT.fullmatch(text):
        raise ValueError(
            "expected the name of a project, ASCII letters and digits with '-', '_' or '.' between them, "
            f"such as minnet-smish; received {text!r}"
        )
    name = canonical(text)
    package = package_name(name)
    if not package.isidentifier():
        raise ValueError(f"expected a name that begins with a letter, such as minnet-smish; received {text!r}")
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise ValueError(f"expected a name other than one that Python itself uses; received {text!r}")
    if name in FIRST_PARTY | NEEDED | {LOCAL}:
        raise ValueError(f"expected a name that is not taken; received {text!r}, which is another project's")
    return name


def package_name(project: str) -> str:
    """Return what a project imports as.

    >>> package_name("minnet-soft-shrink")
    'minnet_soft_shrink'
    """
    return project.replace("-", "_")


def derived_class_name(project: str) -> str:
    """Return the name of the class in a project, if nobody says another.

    Raises:
        ValueError: if no class can have it.

    >>> derived_class_name("minnet-soft-shrink"), derived_class_name("strange-a")
    ('SoftShrink', 'StrangeA')
    """
    name = "".join(word[:1].upper() + word[1:] for word in project.removeprefix("minnet-").split("-"))
    try:
        return class_name(name)
    except ValueError as error:
        raise ValueError(f"{error}, which follows from {project}; choose another by --class") from error


def class_name(text: str) -> str:
    """Return the name of a class as it is.

    Raises:
        ValueError: if it is no name of a class, or one that the generated files use for something else.

    >>> class_name("soft_shrink")
    Traceback (most recent call last):
    ...
    ValueError: expected the name of a class in the form SoftShrink, received 'soft_shrink'
    """
    if not _CLASS.fullmatch(text):
        raise ValueError(f"expected the name of a class in the form SoftShrink, received {text!r}")
    if keyword.iskeyword(text) or hasattr(builtins, text):
        raise ValueError(f"expected the name of a class other than one of Python's own, received {text!r}")
    if text.startswith("Test"):
        raise ValueError(f"expected the name of a class that pytest does not take for a test, received {text!r}")
    if text in minnet_core.__all__:
        raise ValueError(f"expected the name of a class other than one of minnet's own, received {text!r}")
    return text


def module_name(class_name: str) -> str:
    """Return the name of the module that holds a class, which is also that of its test file.

    >>> module_name("SoftShrink"), module_name("NLLCriterion"), module_name("If")
    ('soft_shrink', 'nll_criterion', 'if_')
    """
    name = _WORD_BEGINS.sub("_", class_name).lower()
    return f"{name}_" if keyword.iskeyword(name) or name == "conformance" else name
