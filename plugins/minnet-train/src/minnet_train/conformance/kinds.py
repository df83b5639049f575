"""The kinds of component that this distribution has registries of, for the conformance kit."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from minnet_core.nn import construct
from minnet_core.testing import Case, Kind

from ..augmentations import Augmentation
from ..data import WILD, Source
from ..extras import MissingLibraryError
from ..metrics import Metric
from ..registries import augmentations, datasets, metrics, schedules


@cache
def _example_folder(cls: type[Source]) -> TemporaryDirectory[str]:
    """A folder with the files that the ``EXAMPLES`` of a source name; it lasts as long as this process."""
    folder = TemporaryDirectory(prefix="minnet-")
    with suppress(MissingLibraryError):  # loading tells of it
        cls.write_example(Path(folder.name))
    return folder


def _make_source(case: Case, arguments: dict[str, Any]) -> Any:
    """Make a source whose relative paths or patterns are of the files that its class has written, if there are such."""
    cls: Any = case.factory
    folder = Path(_example_folder(cls).name)
    for name in cls.PATHS:
        given = arguments.get(name)
        if isinstance(given, str) and given and _is_there(folder / given):
            arguments[name] = str(folder / given)
    return construct(cls, (), arguments)


def _is_there(path: Path) -> bool:
    """Whether there is a file, or some of a pattern."""
    return path.exists() or (bool(WILD & set(path.name)) and any(path.parent.glob(path.name)))


SOURCE = Kind("source", datasets, lambda cls: issubclass(cls, Source), make=_make_source)
AUGMENTATION = Kind("augmentation", augmentations, lambda cls: issubclass(cls, Augmentation), (6, 3, 5, 4))
METRIC = Kind("metric", metrics, lambda cls: issubclass(cls, Metric), is_formula=True)
SCHEDULE = Kind("schedule", schedules, lambda cls: callable(getattr(cls, "lr_at", None)))

KINDS = (SOURCE, AUGMENTATION, METRIC, SCHEDULE)
