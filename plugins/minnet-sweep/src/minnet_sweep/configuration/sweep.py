"""`Sweep`: which values are tried, by what they are compared, and how many; `Pruning`: which trials end early."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from attrs import Attribute, evolve, field, frozen

from ..errors import SweepError
from .parameters import Choice, Parameter, Range, parameter_from_json
from .registry_choice import RegistryChoice

Direction: TypeAlias = Literal["min", "max"]
Sampler: TypeAlias = Literal["tpe", "random", "grid", "qmc"]

MOST_TRIALS = 100_000
"""How many points a sweep may have: each is a line of its journal, which everybody who opens it reads."""

SAMPLERS = ("tpe", "random", "grid", "qmc")
PRUNERS = ("none", "median", "halving", "hyperband")


def _expect(expected: str, accepts: Callable[[Any], bool]) -> Callable[[Any, Attribute[Any], Any], None]:
    def validate(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not accepts(value):
            raise ValueError(f"expected {expected}, received {value!r}")

    return validate


def _at_least(least: int, *, optional: bool = False) -> Callable[[Any, Attribute[Any], Any], None]:
    return _expect(
        f"an integer of at least {least}",
        lambda value: (optional and value is None) or (isinstance(value, int) and value >= least),
    )


@frozen(kw_only=True)
class Pruning:
    """Which trials end early.

    What is compared is the metric after an epoch of the first seed, and after that the mean over the seeds that have
    ended, with other trials that have come as far. So a bad point costs a part of one training, and only good ones are
    trained with all seeds; nothing is compared but what was measured after as much training.

    Attributes:
        kind: ``none``; ``median`` ends what is worse than the median; ``halving`` keeps the best part of those that
            have come as far, again and again; ``hyperband`` does so with several first numbers of epochs.
        warmup: epochs after which something may end.
        startup: of ``median``, how many trials must have ended before.
        factor: of ``halving`` and ``hyperband``, of how many one is kept, and by how much its epochs are multiplied.
    """

    kind: Literal["none", "median", "halving", "hyperband"] = field(
        default="none", validator=_expect(f"one of {', '.join(PRUNERS)}", lambda value: value in PRUNERS)
    )
    warmup: int = field(default=1, validator=_at_least(1))
    startup: int = field(default=5, validator=_at_least(1))
    factor: int = field(default=3, validator=_at_least(2))


@frozen(kw_only=True)
class Sweep:
    """Which values are tried, by what they are compared, and how many.

    Attributes:
        experiment: the path of the base experiment, relative to the file of the sweep.
        space: the parameters; a later one may set a key within what an earlier one sets.
        metric: the number of the reports of epochs by which trials are compared; None for the one by which the
            experiment tells its best epoch, the loss on the validation samples unless it says otherwise.
        direction: whether the smallest or the largest is the best; None for what is usual for the metric.
        trials: how many points are tried; None for all of a grid, or for as many as there is time for.
        seconds: no trial begins after so many seconds in which workers were at work; None for no limit.
        seeds: how often each point is trained, with other seeds; the mean is what counts.
        sampler: ``tpe`` learns from the trials before, the others do not.
        pruning: which trials end early.
        workers: how many processes ``minnet sweep run`` starts; None for one for each processor.
        seed: of the sampler.
    """

    experiment: str = field(validator=_expect("a path", bool))
    space: tuple[Parameter | RegistryChoice, ...] = field(validator=_expect("at least one parameter", bool))
    metric: str | None = field(default=None, validator=_expect("a text that is not empty", lambda value: value != ""))
    direction: Direction | None = field(
        default=None, validator=_expect("'min' or 'max'", lambda value: value in (None, "min", "max"))
    )
    trials: int | None = field(
        default=None,
        validator=_expect(
            f"an integer from 1 to {MOST_TRIALS:,}",
            lambda value: value is None or (isinstance(value, int) and 1 <= value <= MOST_TRIALS),
        ),
    )
    seconds: float | None = field(
        default=None, validator=_expect("a positive number", lambda value: value is None or 0 < value < math.inf)
    )
    seeds: int = field(default=1, validator=_at_least(1))
    sampler: Sampler = field(
        default="tpe", validator=_expect(f"one of {', '.join(SAMPLERS)}", lambda value: value in SAMPLERS)
    )
    pruning: Pruning = Pruning()
    workers: int | None = field(default=None, validator=_at_least(1, optional=True))
    seed: int = field(
        default=0,
        validator=_expect(
            "an integer from 0 to 2**32 - 1", lambda value: isinstance(value, int) and 0 <= value < 2**32
        ),
    )

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The space of a sweep that has begun, in which no registry is left to be looked at."""
        return tuple(each for each in self.space if isinstance(each, (Choice, Range)))

    def limited(self, trials: int | None = None, seconds: float | None = None) -> Sweep:
        """Return it with other limits; None leaves one as it is.

        Raises:
            SweepError: if a limit is none.
        """
        changed = self
        limits: dict[str, Any] = {"trials": trials, "seconds": seconds}
        for name, value in limits.items():
            if value is not None:
                try:
                    changed = evolve(changed, **{name: value})
                except ValueError as error:
                    raise SweepError(f"{name}: {error}") from None
        return changed

    def to_json(self) -> dict[str, Any]:
        """Write one that has begun as JSON can hold it."""
        rest = ("experiment", "metric", "direction", "trials", "seconds", "seeds", "sampler", "workers", "seed")
        pruning = {name: getattr(self.pruning, name) for name in ("kind", "warmup", "startup", "factor")}
        space = [each.to_json() for each in self.parameters]
        return {"space": space, "pruning": pruning, **{name: getattr(self, name) for name in rest}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Sweep:
        """Read what `to_json` wrote.

        Raises:
            KeyError: if it is something else; or another error of Python.
        """
        space = tuple(map(parameter_from_json, data["space"]))
        return cls(**{**data, "space": space, "pruning": Pruning(**data["pruning"])})
