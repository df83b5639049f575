"""`Limits`: how much a server takes, of one request and at a time."""

from __future__ import annotations

import math
import os
from numbers import Real

from attrs import Attribute, field, frozen


def _usable_processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # which containers and `taskset` limit
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _expect_count(_: object, attribute: Attribute[int], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"expected {attribute.name} to be an integer of at least 1, received {value!r}")


def _expect_seconds(_: object, attribute: Attribute[float], value: object) -> None:
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < float(value) < math.inf:
        raise ValueError(f"expected {attribute.name} to be a finite number above 0, received {value!r}")


@frozen(kw_only=True)
class Limits:
    """How much a server takes; whatever is above is refused with the reason.

    Attributes:
        body: bytes of one request.
        rows: of one request.
        seconds: in which a request is read and answered. As long may the head of a request take, and a client that
            does not read its answer.
        requests: that are read or answered at a time.
        threads: that compute; the requests above wait for one.

    >>> Limits(rows=0)
    Traceback (most recent call last):
    ...
    ValueError: expected rows to be an integer of at least 1, received 0
    """

    body: int = field(default=4 * 2**20, validator=_expect_count)
    rows: int = field(default=10_000, validator=_expect_count)
    seconds: float = field(default=30.0, validator=_expect_seconds)
    requests: int = field(default=64, validator=_expect_count)
    threads: int = field(factory=lambda: min(4, _usable_processors()), validator=_expect_count)

    @property
    def connections(self) -> int:
        """How many may be open: those of the requests, of clients that wait for their next one, and some to refuse."""
        return 4 * self.requests + 64
