"""`Setting`: a key of an experiment that takes another value than its file says, as ``--set optimizer.lr=0.01``."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from attrs import frozen

from minnet_core.support import nearest, printable

from ..errors import ExperimentError, KeyPath, Problem

_STEP = re.compile(r'(?:^|\.)("(?:\\.|[^"\\])*"|[A-Za-z_-][\w-]*)|(?:^|\.)(\d+)(?=[.\[]|$)|\[(\d+)\]')
"""A key, which may be quoted as in TOML, or the index in a list: ``model.0`` or ``model[0]``."""


@frozen
class Setting:
    """A key and its value.

    Attributes:
        text: as it was written.
        path: of the key.
        value: as TOML has it.
    """

    text: str
    path: KeyPath
    value: Any

    @classmethod
    def read(cls, text: str) -> Setting:
        r"""Read ``KEY=VALUE``.

        Raises:
            ExperimentError: if it is something else, or the value is no TOML.

        >>> Setting.read("model[0].n_out=8").path, Setting.read("metrics = ['Accuracy']").value
        (('model', 0, 'n_out'), ['Accuracy'])
        """
        key, sign, value = (part.strip() for part in text.partition("="))
        path = key_path(key)
        if not (sign and path):
            raise _mistake(f"expected KEY=VALUE, such as optimizer.lr=0.01 or model[0].n_out=32, received {text!r}")
        try:
            data = tomllib.loads(f"value = {value}")
        except (ValueError, RecursionError):
            data = {}
        if data.keys() != {"value"}:
            hint = (
                f"; a text is written in quotes: --set '{key}=\"{value}\"'" if re.fullmatch(r"[\w./-]+", value) else ""
            )
            raise _mistake(f"{printable(key)}: expected a value as TOML, received {value!r}{hint}")
        return cls(text, path, data["value"])

    def apply(self, data: dict[str, Any]) -> None:
        """Change plain data in place; tables that are not there are made.

        Raises:
            ExperimentError: if the key leads through something that is no table, or out of a list.
        """
        place: Any = data
        for index, step in enumerate(self.path):
            before, is_last = self.path[:index], index == len(self.path) - 1
            if isinstance(place, dict):
                if is_last:
                    place[step] = self.value
                else:
                    place = place.setdefault(step, {})
            elif isinstance(place, list) and isinstance(step, int):
                if step >= len(place):
                    raise _mistake(f"{_dotted(before)}: expected an index from 0 to {len(place) - 1}, received {step}")
                if is_last:
                    place[step] = self.value
                else:
                    place = place[step]
            elif isinstance(place, list):
                raise _mistake(f"{_dotted(before)}: expected the index of one of {len(place)}, received {step!r}")
            else:
                hint = nearest(str(step), [str(key) for key in data], most=1)
                message = f"{_dotted(before)}: expected a table to set {step!r} in, received {place!r:.80}"
                raise _mistake(f"{message}; {hint}" if hint else message)

    def holds(self, path: KeyPath) -> bool:
        """Whether a key is the one that is set, or within it."""
        return path[: len(self.path)] == self.path


def key_path(key: str) -> KeyPath:
    """Split a dotted key; empty if it is none.

    >>> key_path('model[0].n_out'), key_path("model.0.n_out"), key_path("1 + 1")
    (('model', 0, 'n_out'), ('model', 0, 'n_out'), ())
    """
    steps: list[str | int] = []
    position = 0
    while position < len(key) and (found := _STEP.match(key, position)):
        name, *numbers = found.groups()
        if name is None:
            steps.append(int(next(filter(None, numbers))))
        else:
            steps.append(tomllib.loads(f"name = {name}")["name"] if name.startswith('"') else name)
        position = found.end()
    return tuple(steps) if position == len(key) and steps and isinstance(steps[0], str) else ()


def _dotted(path: KeyPath) -> str:
    return str(Problem(path, "")).removesuffix(": ")


def _mistake(message: str) -> ExperimentError:
    return ExperimentError(Problem((), f"--set {message}"))
