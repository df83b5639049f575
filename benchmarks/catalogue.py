"""All workloads, and how the command names some of them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from minnet_core.support import nearest_names

from .components import component_workloads
from .networks import NETWORKS
from .one_size import example_workloads
from .workload import Workload

WORKLOADS: dict[str, Workload] = {
    workload.name: workload for workload in (*NETWORKS, *component_workloads(), *example_workloads())
}
"""Name -> workload."""

GROUPS = tuple(dict.fromkeys(workload.group for workload in WORKLOADS.values()))


class UnknownNameError(ValueError):
    """A name that nothing has."""


def select(patterns: Iterable[str]) -> list[Workload]:
    """Find workloads by name, by group or by a pattern such as ``ReLU-*``; without any pattern, all of them.

    Raises:
        UnknownNameError: if a pattern finds none; it says which is nearest.

    >>> [workload.name for workload in select(["inference-1", "ReLU-*"])]
    ['inference-1', 'ReLU-32x64', 'ReLU-256x1024', 'ReLU-4096x1024']
    """
    patterns = list(patterns)
    if not patterns:
        return list(WORKLOADS.values())
    chosen: dict[str, Workload] = {}
    for pattern in patterns:
        found = {
            name: workload
            for name, workload in WORKLOADS.items()
            if pattern == workload.group or fnmatchcase(name, pattern)
        }
        if not found:
            close = nearest_names(pattern, [*GROUPS, *WORKLOADS], most=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise UnknownNameError(f"expected a workload, a group or a pattern of them, received {pattern!r}{hint}")
        chosen.update(found)
    return list(chosen.values())
