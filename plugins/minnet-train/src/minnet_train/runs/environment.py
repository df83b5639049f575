"""`Environment`: what a run is computed with, and whether that is still the same."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from attrs import asdict, field, frozen

from minnet_core.support import processor

from ..training import VARIABLES


@frozen(kw_only=True)
class Environment:
    """What a run is computed with.

    Attributes:
        python: version of it.
        system: the operating system and its version, which decide no number.
        processor: the model, after which the kernels of a matrix product are chosen.
        threads: those of the variables for the number of threads that are set.
        blas_threads: how many threads multiply matrices, and so in which order they add; 0 if that is not known.
        distributions: name -> version of everything that is installed.
        deciding: the distributions among them that decide numbers: NumPy and all that have to do with minnet.
    """

    python: str
    system: str = ""
    processor: str = ""
    threads: dict[str, str] = field(factory=dict)
    blas_threads: int = 0
    distributions: dict[str, str] = field(factory=dict)
    deciding: list[str] = field(factory=list)

    @classmethod
    def here(cls, blas_threads: int = 0) -> Self:
        """Describe this process; a distribution whose metadata cannot be read is left out."""
        from minnet_core.discovery import scan

        versions = _installed(tuple(sys.path))
        return cls(
            python=platform.python_version(),
            system=platform.platform(),
            processor=processor(),
            threads={name: value for name in VARIABLES if (value := os.environ.get(name))},
            blas_threads=blas_threads,
            distributions=dict(versions),
            deciding=sorted({"numpy", *scan().distributions} & versions.keys()),
        )

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read what `to_json` wrote; what is missing is taken for nothing."""
        known = cls.__slots__  # type: ignore[attr-defined]  # attrs makes them
        return cls(**{"python": "", **{key: value for key, value in data.items() if key in known}})

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        return asdict(self)

    def differences(self, later: Environment) -> list[str]:
        """Say what of another environment may make the numbers come out differently.

        >>> before = Environment(python="3.11.7", distributions={"numpy": "2.4.0"}, deciding=["numpy"])
        >>> after = Environment(python="3.11.7", threads={"OMP_NUM_THREADS": "1"})
        >>> before.differences(after)
        ['OMP_NUM_THREADS was not set, is 1', 'numpy was 2.4.0, is not installed']
        """
        is_known = self.blas_threads and later.blas_threads  # and what the variables say does not matter
        threads = [] if is_known else sorted(self.threads | later.threads)
        distributions = sorted({*self.deciding, *later.deciding})
        before, now = (each._described(threads, distributions, bool(is_known)) for each in (self, later))
        return [f"{name} was {before[name]}, is {now[name]}" for name in before if before[name] != now[name]]

    def _described(self, threads: list[str], distributions: list[str], knows_threads: bool) -> dict[str, str]:
        """Say of each thing that may change the numbers what it is."""
        return {
            "Python": self.python,
            "the processor": self.processor,
            **({"the number of BLAS threads": str(self.blas_threads)} if knows_threads else {}),
            **{name: self.threads.get(name, "not set") for name in threads},
            **{name: self.distributions.get(name, "not installed") for name in distributions},
        }


@cache
def _installed(path: tuple[str, ...]) -> Mapping[str, str]:
    """Read the names and versions of what is installed, once: it is what this process has imported, or would."""
    from minnet_core.discovery import all_distributions, canonical

    versions: dict[str, str] = {}
    for distribution in all_distributions():
        with suppress(Exception):  # whatever is wrong with a stranger's, it is no reason not to train
            metadata = distribution.metadata  # which is parsed each time that one asks for it
            name, version = metadata["Name"], metadata["Version"]
            if name and version:
                versions.setdefault(canonical(name), version)
    return MappingProxyType(dict(sorted(versions.items())))
