"""The numbers and switches of an estimator, checked when it is fitted, as scikit-learn wants it."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from attrs import Attribute, field, fields, frozen

DTYPES = ("float32", "float64")


def _expect(expected: str, is_right: Callable[[Any], bool]) -> Callable[[Any, Attribute[Any], Any], None]:
    def check(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not is_right(value):
            raise ValueError(f"{attribute.name}: expected {expected}, received {value!r}")

    return check


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def is_switch(value: Any) -> bool:
    """Whether a value is True or False, and not something that Python only takes for one, such as ``"no"``."""
    return isinstance(value, (bool, np.bool_))


@frozen(kw_only=True)
class Options:
    """What decides how an estimator is trained; see `MinnetClassifier` for what the attributes mean."""

    batch_size: Any = field(
        validator=_expect("'auto' or a positive integer", lambda x: x == "auto" if isinstance(x, str) else _is_count(x))
    )
    max_iter: int = field(validator=_expect("a positive integer", _is_count))
    tol: float = field(validator=_expect("a number of at least 0", lambda x: _is_number(x) and x >= 0))
    n_iter_no_change: int | None = field(
        validator=_expect("a positive integer or None", lambda x: x is None or _is_count(x))
    )
    validation_fraction: float = field(
        validator=_expect("a number between 0 and 1", lambda x: _is_number(x) and 0 < x < 1)
    )
    learning_rate: float | None = field(
        validator=_expect("a number of at least 0, or None", lambda x: x is None or (_is_number(x) and x >= 0))
    )
    weight_decay: float | None = field(
        validator=_expect("a number of at least 0, or None", lambda x: x is None or (_is_number(x) and x >= 0))
    )
    clip_norm: float | None = field(
        validator=_expect("a number above 0, or None", lambda x: x is None or (_is_number(x) and x > 0))
    )
    dtype: str | None = field(
        validator=_expect("'float32', 'float64' or None", lambda x: x is None or (isinstance(x, str) and x in DTYPES))
    )
    early_stopping: bool = field(validator=_expect("True or False", is_switch))
    warm_start: bool = field(validator=_expect("True or False", is_switch))
    verbose: bool = field(
        validator=_expect("True, False or an integer", lambda x: is_switch(x) or isinstance(x, Integral))
    )

    @classmethod
    def of(cls, estimator: object) -> Options:
        """Take those of an estimator.

        Raises:
            ValueError: naming the first that is out of range.
        """
        return cls(**{each.name: getattr(estimator, each.name) for each in fields(cls)})

    def rows(self, samples: int) -> int:
        """How many samples a step is of."""
        return min(200 if self.batch_size == "auto" else int(self.batch_size), samples)
