"""What a peer does with a workload that it has nothing for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..job import Job, UnsupportedError
from ..workload import Workload

Builders = Mapping[type, Callable[[Any], Job]]


def build(builders: Builders, workload: Workload) -> Job:
    """Make a job with the builder for this kind of workload.

    Raises:
        UnsupportedError: if there is none.
    """
    if type(workload) not in builders:
        raise UnsupportedError(f"it has no {workload.group} of its own")
    return builders[type(workload)](workload)


def lookup(table: Mapping[str, Any], name: str) -> Any:
    """Look up a component.

    Raises:
        UnsupportedError: if the peer has none of that name.
    """
    if name not in table:
        raise UnsupportedError(f"it has no {name}")
    return table[name]


def package_versions(*distributions: str) -> dict[str, str]:
    """Return the versions of the distributions that are installed, and of NumPy and Python."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for distribution in ("numpy", *distributions):
        try:
            found[distribution] = version(distribution)
        except PackageNotFoundError:
            continue
    return found
