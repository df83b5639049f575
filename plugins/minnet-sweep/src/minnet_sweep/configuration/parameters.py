"""The parameters of a sweep: `Choice` and `Range`, and what each of their values sets in an experiment."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import field, frozen

from minnet_train.experiment import Setting

Values: TypeAlias = dict[str, Any]
"""The name of each parameter -> its value: the label of an option, or a number."""

Conditions: TypeAlias = Mapping[str, tuple[str, ...]]
"""The name of another parameter -> the labels of which it must have one."""


def label_of(value: Any) -> str:
    """Name a value of a choice.

    >>> label_of(16), label_of(True), label_of({"class": "ReLU"}), label_of({"class": "LeakyReLU", "slope": 0.1})
    ('16', 'true', 'ReLU', 'LeakyReLU(slope=0.1)')
    """
    if isinstance(value, Mapping) and isinstance(value.get("class"), str):
        arguments = ", ".join(f"{key}={label_of(each)}" for key, each in value.items() if key != "class")
        return f"{value['class']}({arguments})" if arguments else str(value["class"])
    return value if isinstance(value, str) else json.dumps(value, separators=(", ", ": "), default=str)


@frozen
class Option:
    """One of the values of a choice.

    Attributes:
        label: what tables and pictures call it.
        settings: the key of the experiment, as ``--set`` takes it -> its value.
    """

    label: str
    settings: Mapping[str, Any]


@frozen
class Choice:
    """A parameter that takes one of a few values.

    Attributes:
        name: of the parameter.
        options: what it may be.
        when: the conditions under which it is one of those of a trial; empty for always.
    """

    name: str
    options: tuple[Option, ...]
    when: Conditions = field(factory=dict)

    def settings(self, value: Any) -> dict[str, Any]:
        """Return what a label sets: key -> value."""
        (found,) = (option for option in self.options if option.label == value)
        return deepcopy(dict(found.settings))  # a later parameter may set a key within a table

    def values(self) -> list[Any]:
        """List every value."""
        return [option.label for option in self.options]

    def count(self) -> float:
        """Say how many values there are."""
        return len(self.options)

    def extremes(self) -> list[Any]:
        """List the values that stand for all: each of them."""
        return self.values()

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        options = [{"label": each.label, "settings": dict(each.settings)} for each in self.options]
        return {"name": self.name, "options": options, "when": {key: list(of) for key, of in self.when.items()}}


@frozen
class Range:
    """A parameter that is a number between two others, which it may be too.

    Attributes:
        name: of the parameter.
        keys: what it sets.
        low: the least.
        high: the largest.
        step: the distance of two values; None for any number, or for all integers.
        log: whether it is drawn by its logarithm.
        is_integer: whether its values are integers.
        points: how many values a grid has of it.
        when: as of `Choice`.
    """

    name: str
    keys: tuple[str, ...]
    low: float
    high: float
    step: float | None = None
    log: bool = False
    is_integer: bool = False
    points: int | None = None
    when: Conditions = field(factory=dict)

    def settings(self, value: Any) -> dict[str, Any]:
        """Return what a number sets: key -> value."""
        return dict.fromkeys(self.keys, int(value) if self.is_integer else float(value))

    def count(self) -> float:
        """Say how many values a grid has of it, at most, without listing them; infinity if they are no grid."""
        if self.points is not None:
            return self.points
        step = self.step or (1 if self.is_integer else None)
        if step is None or self.log:
            return math.inf
        return int((_exact(self.high) - _exact(self.low)) // _exact(step)) + 1

    def values(self) -> list[Any] | None:
        """List every value that a grid has of it; None if there are infinitely many."""
        if self.points is not None:
            values = [self._at(index / max(self.points - 1, 1)) for index in range(self.points)]
            return list(dict.fromkeys(round(value) if self.is_integer else value for value in values))
        count = self.count()
        return None if math.isinf(count) else [self._after(index) for index in range(int(count))]

    def extremes(self) -> list[Any]:
        """List the values that stand for all: the least and the largest."""
        if self.step is None:
            return [self.low, self.high]
        return [self.low, self._after(int((_exact(self.high) - _exact(self.low)) // _exact(self.step)))]

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        names = ("name", "low", "high", "step", "log", "is_integer", "points")
        when = {key: list(of) for key, of in self.when.items()}
        return {"keys": list(self.keys), "when": when, **{name: getattr(self, name) for name in names}}

    def _after(self, steps: int) -> float:
        """Return the value after so many steps, as Optuna reckons it, which would take no other for one of them."""
        if self.is_integer:
            return self.low + steps * (self.step or 1)
        return float(_exact(self.low) + steps * _exact(self.step or 1))

    def _at(self, part: float) -> float:
        if part in (0, 1):
            return self.high if part else self.low
        if self.log:
            return math.exp(math.log(self.low) + part * (math.log(self.high) - math.log(self.low)))
        return self.low + part * (self.high - self.low)


def _exact(value: float) -> Decimal:
    """Return the number that somebody wrote: three steps from 0 by 0.1 are 0.3, and not 0.30000000000000004."""
    return Decimal(repr(value))


Parameter: TypeAlias = Choice | Range


def parameter_from_json(data: Mapping[str, Any]) -> Parameter:
    """Read what `to_json` of a parameter wrote."""
    when = {str(key): tuple(map(str, labels)) for key, labels in data["when"].items()}
    if "options" in data:
        options = tuple(Option(str(each["label"]), dict(each["settings"])) for each in data["options"])
        return Choice(str(data["name"]), options, when)
    rest = {key: value for key, value in data.items() if key not in ("keys", "when")}
    return Range(keys=tuple(data["keys"]), when=when, **rest)


def is_used(parameter: Parameter, values: Values) -> bool:
    """Whether a parameter is one of those of a trial, by the values of those before it."""
    return all(values.get(name) in labels for name, labels in parameter.when.items())


def settings_of(space: Sequence[Parameter], values: Values) -> tuple[Setting, ...]:
    """Return what the values of a point set in an experiment, in the order of the space."""
    return tuple(
        Setting(f"{key}={label_of(value)}", path_of(key), value)
        for parameter in space
        if parameter.name in values
        for key, value in parameter.settings(values[parameter.name]).items()
    )


def path_of(key: str) -> tuple[str | int, ...]:
    """Split a key as ``minnet train --set`` does: ``model[0].n_out``; raises `ExperimentError` if it is none."""
    return Setting.read(f"{key} = 0").path
