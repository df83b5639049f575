"""`Reader` and `read_parameter`: plain data made into parameters, every mistake noted with its key."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

from minnet_train.errors import ExperimentError, KeyPath, Problem, unknown_key

from .parameters import Choice, Conditions, Option, Parameter, Range, label_of, path_of
from .registry_choice import KINDS, RegistryChoice

_EXAMPLES = (
    "[16, 32], { choices = [16, 32] }, { low = 1e-4, high = 0.1, log = true }, "
    '{ registry = "optimizers" } or { options = { small = { "model[0].n_out" = 16 } } }'
)
_KEYS = {
    "choices": ("choices", "keys", "when"),
    "options": ("options", "when"),
    "low": ("low", "high", "step", "log", "points", "keys", "when"),
    "registry": ("registry", "arguments", "only", "except", "kind", "keys", "when"),
}
"""What tells each form of a parameter -> the keys that it takes."""


_LARGEST = 2**53


class Reader:
    """Notes what is wrong with plain data, so that all mistakes are reported at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, path: KeyPath, message: str) -> None:
        """Note one."""
        self.problems.append(Problem(path, message))

    def finish(self) -> None:
        """Raise `ExperimentError` with all that was noted, if something was."""
        if self.problems:
            raise ExperimentError(*self.problems)

    def unknown_keys(self, path: KeyPath, data: Mapping[str, Any], known: Collection[str]) -> None:
        """Note keys that are not among the known ones."""
        self.problems += [unknown_key(path, key, known, "key") for key in data if key not in known]

    def take(self, into: dict[str, Any], name: str, value: Any, kind: Any, expected: str, path: KeyPath = ()) -> None:
        """Take a value of a type, or note that it is none."""
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem((*path, name), f"expected {expected}, received {value!r:.80}")
        else:
            into[name] = value

    def built(self, cls: Callable[..., Any], arguments: Mapping[str, Any], path: KeyPath) -> Any:
        """Make an object of a class of attrs; note which of its values is out of range, and return None."""
        for name, value in arguments.items():  # each by itself, for a constructor stops at the first
            try:
                validator = getattr(cls.__attrs_attrs__, name).validator  # type: ignore[attr-defined]
                if validator is not None:
                    validator(None, getattr(cls.__attrs_attrs__, name), value)  # type: ignore[attr-defined]
            except ValueError as error:
                self.problem((*path, name), str(error))
        return None if self.problems else cls(**arguments)


def read_parameter(reader: Reader, name: str, data: Any) -> Parameter | RegistryChoice | None:
    """Read one parameter; None if something is wrong with it, which is noted."""
    path: KeyPath = ("space", name)
    if not name.strip():
        reader.problem(path, f"expected a name that can be seen, received {name!r}")
        return None
    if isinstance(data, list):
        data = {"choices": data}
    form = next((each for each in _KEYS if isinstance(data, Mapping) and each in data), None)
    if form is None:
        hint = ""
        if isinstance(data, Mapping) and any(isinstance(each, (list, Mapping)) for each in data.values()):
            hint = f'; a key with dots is one name in quotes: "{name}.{next(iter(data))}"'
        reader.problem(path, f"expected values to try, such as {_EXAMPLES}; received {data!r:.80}{hint}")
        return None
    before = len(reader.problems)
    reader.unknown_keys(path, data, _KEYS[form])
    when = _conditions(reader, data.get("when", {}), (*path, "when"))
    if form == "options":
        found: Parameter | RegistryChoice | None = _options(reader, name, data["options"], when)
    else:
        keys = _keys(reader, name, data)
        make = {"choices": _choices, "low": _range, "registry": _registry}[form]
        found = make(reader, name, keys, data, when)
    return found if len(reader.problems) == before else None


def _keys(reader: Reader, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    keys = data.get("keys", [name])
    path: KeyPath = ("space", name, "keys") if "keys" in data else ("space", name)
    if not (isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys)):
        reader.problem(
            path, f'expected a list of keys of the experiment such as ["optimizer.lr"], received {keys!r:.80}'
        )
        return ()
    for key in keys:
        _expect_key(reader, path, key)
    return tuple(keys)


def _expect_key(reader: Reader, path: KeyPath, key: str) -> None:
    try:
        path_of(key)
    except ExperimentError:
        example = 'a key of the experiment such as "optimizer.lr" or "model[0].n_out"'
        reader.problem(path, f"expected {example}, received {key!r}; a parameter of another name needs keys or options")


def _conditions(reader: Reader, data: Any, path: KeyPath) -> Conditions:
    if not isinstance(data, Mapping):
        reader.problem(path, f'expected a table such as {{ optimizer = "SGD" }}, received {data!r:.80}')
        return {}
    for key, of in data.items():
        if of == []:
            reader.problem((*path, key), "expected at least one value, received none: it would never be tried")
    return {key: tuple(map(label_of, of if isinstance(of, list) else [of])) for key, of in data.items()}


def _labelled(reader: Reader, path: KeyPath, options: list[Option]) -> tuple[Option, ...]:
    labels = [option.label for option in options]
    if not options:
        reader.problem(path, "expected at least one value, received none")
    for label in {label for label in labels if labels.count(label) > 1}:
        reader.problem(path, f"expected different values, received {label!r} twice")
    return tuple(options)


def _choices(
    reader: Reader, name: str, keys: tuple[str, ...], data: Mapping[str, Any], when: Conditions
) -> Choice | None:
    values, path = data["choices"], ("space", name, "choices")
    if not isinstance(values, list):
        reader.problem(path, f"expected a list of values, received {values!r:.80}")
        return None
    options = [Option(label_of(value), dict.fromkeys(keys, value)) for value in values]
    return Choice(name, _labelled(reader, path, options), when)


def _options(reader: Reader, name: str, data: Any, when: Conditions) -> Choice | None:
    path: KeyPath = ("space", name, "options")
    if not isinstance(data, Mapping) or not all(isinstance(each, Mapping) and each for each in data.values()):
        example = '{ small = { "model[0].n_out" = 16, "model[2].n_in" = 16 } }'
        reader.problem(path, f"expected a table of what each option sets, such as {example}, received {data!r:.80}")
        return None
    for label, settings in data.items():
        for key in settings:
            _expect_key(reader, (*path, label), key)
    return Choice(name, _labelled(reader, path, [Option(label, dict(each)) for label, each in data.items()]), when)


def _range(reader: Reader, name: str, keys: tuple[str, ...], data: Mapping[str, Any], when: Conditions) -> Range | None:
    path: KeyPath = ("space", name)
    found: dict[str, Any] = {}
    for key, kind, expected in (
        *((key, (int, float), "a number") for key in ("low", "high", "step")),
        ("log", bool, "true or false"),
        ("points", int, "an integer"),
    ):
        if key in data:
            reader.take(found, key, data[key], kind, expected, path)
    if not {"low", "high"} <= found.keys():
        if "high" not in data:
            reader.problem((*path, "high"), "expected this key, which is missing")
        return None
    for key in ("low", "high", "step", "points"):
        if isinstance(found.get(key), int) and abs(found[key]) > _LARGEST:  # of which a float is another number
            reader.problem((*path, key), f"expected an integer of at most 2**53, received {found[key]!s:.40}")
            return None
    low, high, step, log = found["low"], found["high"], found.get("step"), found.get("log", False)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        reader.problem((*path, "high"), f"expected a number above low, {low}, received {high}")
    if log and not low > 0:
        reader.problem((*path, "low"), f"expected a positive number with log, received {low}")
    if log and step is not None:
        reader.problem((*path, "step"), f"expected none with log, received {step}")
    if step is not None and not 0 < step <= high - low:
        reader.problem((*path, "step"), f"expected a positive number of at most {high - low:g}, received {step}")
    elif step is not None and (high - low) / step > _LARGEST:
        reader.problem((*path, "step"), f"expected a range of at most 2**53 steps, received {(high - low) / step:g}")
    if step is not None and "points" in found:
        reader.problem(
            (*path, "points"), f"expected none with step, which says what values there are, received {found['points']}"
        )
    if found.get("points", 2) < 2:
        reader.problem((*path, "points"), f"expected an integer of at least 2, received {found['points']}")
    is_integer = all(isinstance(each, int) for each in (low, high, step or 0))
    return Range(name, keys, is_integer=is_integer, when=when, **found)


def _registry(
    reader: Reader, name: str, keys: tuple[str, ...], data: Mapping[str, Any], when: Conditions
) -> RegistryChoice | None:
    path: KeyPath = ("space", name)
    found: dict[str, Any] = {}
    reader.take(found, "registry", data["registry"], str, 'a registry such as "optimizers" or "layers"', path)
    if "arguments" in data:
        reader.take(found, "arguments", data["arguments"], dict, "a table of arguments of each component", path)
    for key in ("only", "except"):
        names = data.get(key, [])
        if not (isinstance(names, list) and all(isinstance(each, str) for each in names)):
            reader.problem((*path, key), f"expected a list of names, received {names!r:.80}")
            names = []
        if key in data:
            found["without" if key == "except" else key] = tuple(names)
    if (kind := data.get("kind")) is not None:
        if not isinstance(kind, str) or kind not in KINDS or data["registry"] != "layers":
            expected = f"one of {', '.join(KINDS)}, of layers"
            reader.problem((*path, "kind"), f"expected {expected}, received {kind!r}")
        found["kind"] = kind
    return RegistryChoice(name, keys, when=when, **found) if "registry" in found else None
