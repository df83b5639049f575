"""`isolated`: registries and plugins as in a new process, for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import Distribution

from ..discovery import all_distributions, discovering
from ..overhearing import nothing_said
from ..plugins import another_host
from ..registries import REGISTRIES


@contextmanager
def isolated(find: Callable[[], Iterable[Distribution]] = all_distributions) -> Iterator[None]:
    """Have nothing registered, nothing overridden and no plugin loaded while the context lasts.

    What was before is there again afterwards; modules that were imported stay imported.

    Args:
        find: what is installed; ``isolated(tuple)`` has nothing discovered at all, not even first-party components.

    >>> from minnet_core import layers
    >>> with isolated(tuple):
    ...     list(layers)
    []
    >>> "Sequential" in layers
    True
    """
    with ExitStack() as stack:
        stack.enter_context(discovering(find))
        stack.enter_context(another_host())
        stack.enter_context(nothing_said())
        for registry in REGISTRIES:
            stack.enter_context(registry.emptied())
        yield
