"""An `Experiment` from plain data, such as TOML or JSON gives, and back."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import eq
from typing import Any, Literal, TypeAlias, TypeVar

from attrs import fields, resolve_types
from cattrs import AttributeValidationNote, ClassValidationError, Converter, ForbiddenExtraKeysError

from minnet_core.saving import MODULE
from minnet_core.support import nearest

from ..errors import ExperimentError, KeyPath, Problem, unknown_key
from ..training import EarlyStopping
from ..validators import ValueOutOfRangeError
from .experiment import AugmentationConfigs, ComponentConfig, DataConfig, Experiment, InitializerConfig
from .start import Start

_T = TypeVar("_T")

_EXAMPLE = '{ class = "ReLU" }'
_SOURCE = '{ class = "TwoMoons" }'


def structure_experiment(data: Mapping[str, Any]) -> Experiment:
    """Make an experiment from plain data.

    Names and arguments of components are not looked at here.

    Raises:
        ExperimentError: with every unknown or missing key and wrong type, or every value out of range.
    """
    return _structured(data, Experiment, ())


def structure_data(data: Mapping[str, Any]) -> DataConfig:
    """Make what an experiment learns from out of plain data.

    Raises:
        ExperimentError: as `structure_experiment`.
    """
    return _structured(data, DataConfig, ("data",))


def _structured(data: Mapping[str, Any], cls: type[_T], path: KeyPath) -> _T:
    try:
        return _converter.structure(data, cls)
    except ClassValidationError as error:
        raise ExperimentError(*_problems(error, path)) from None


def parsed_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ValueError: if it is none, has an integer of thousands of digits, or lists within lists by the hundred.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists or tables are nested too deeply") from None


def data_of_text(text: str) -> DataConfig:
    """Make what an experiment learns from out of what a command was given.

    Args:
        text: a path, ``digits``, or a source as a TOML table.

    Raises:
        ExperimentError: if it is a table that is none.
    """
    if not text.lstrip().startswith("{"):
        return DataConfig(source=text)
    try:
        source = parsed_toml(f"source = {text}")["source"]
    except ValueError as error:
        raise ExperimentError(Problem((), f"--data: expected a source as TOML, received {text}: {error}")) from None
    return structure_data({"source": source})


def unstructure_experiment(experiment: Experiment) -> dict[str, Any]:
    """Write an experiment as plain data that `structure_experiment` reads, and earlier versions if they can run it."""
    data: dict[str, Any] = _converter.unstructure(experiment)
    return _without_unused({**data, "data": _without_unused(data["data"])})


def _without_unused(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out the keys that earlier versions do not know, where they say nothing."""
    return {key: value for key, value in data.items() if key not in _ADDED or value != _ADDED[key]}


_ADDED = {
    **dict.fromkeys(("start", "dtype", "initializer", "group", "order", "validation", "folds", "fold")),
    **dict.fromkeys(("augmentations", "outputs", "average_decay", "inputs", "shuffle_block", "shards")),
    "unknown": "error",
    "compile": "auto",
    "accumulate": 1,
    "batch_statistics": "shard",
}
"""Keys that earlier versions do not know -> what they are if they say nothing."""


_Hook: TypeAlias = Callable[[Any, Any], Any]
"""Makes a value of plain data; cattrs passes the type that it is for, too."""


def _expect(data: Any, kinds: type | tuple[type, ...], expected: str) -> Any:
    if not isinstance(data, kinds) or (isinstance(data, bool) and kinds is not bool):
        raise TypeError(f"expected {expected}, received {data!r}")
    return data


def _one_of(kinds: type | tuple[type, ...], expected: str, convert: Callable[[Any], Any] = lambda data: data) -> _Hook:
    """Make a hook that takes values of some types."""
    return lambda data, _: convert(_expect(data, kinds, expected))


def _optional(hook: _Hook) -> _Hook:
    """Make a hook that also takes None."""
    return lambda data, type_: None if data is None else hook(data, type_)


_number = _one_of((int, float), "a number", float)
_text = _one_of(str, "a text")
_column = _one_of((str, int), "the name of a column or its index")


def _columns(data: Any, type_: Any) -> Any:
    is_list = isinstance(data, (list, tuple))
    return tuple(_column(item, type_) for item in data) if is_list else _column(data, type_)


def _texts(data: Any, type_: Any) -> tuple[str, ...]:
    return tuple(_text(item, type_) for item in _expect(data, (list, tuple), "a list of texts"))


def _source(data: Any, _: Any) -> str | dict[str, Any]:
    if isinstance(data, str):
        return data
    expected = f"'digits', the path of a data file, or a component such as {_SOURCE}"
    return _component(_expect(data, Mapping, expected), _)


def _class_weights(data: Any, type_: Any) -> str | dict[str, float]:
    if isinstance(data, Mapping):
        return {str(name): _number(weight, type_) for name, weight in data.items()}
    return str(_expect(data, str, "'balanced' or a table of numbers such as { yes = 2.0 }"))


def _parts(data: Any, type_: Any) -> dict[str, tuple[str, ...]]:
    """Read the columns of named inputs; a text is the only one of its input."""
    data = _expect(data, Mapping, 'a table of lists of columns such as { numbers = ["age", "income"], city = "city" }')
    return {str(name): (of,) if isinstance(of, str) else _texts(of, type_) for name, of in data.items()}


def _early_stopping(data: Any, _: Any) -> EarlyStopping:
    return _converter.structure(_expect(data, Mapping, "a table such as { patience = 5 }"), EarlyStopping)


def _start(data: Any, _: Any) -> Start:
    data = dict(_expect(data, Mapping, 'a table such as { model = "digits.safetensors" }'))
    freeze = _expect(data.get("freeze", ()), (list, tuple), 'a list of the names of layers such as ["0", "1"]')
    # A name such as 0 is an index, which nobody would write as a text.
    return _converter.structure(data | {"freeze": [str(_column(name, None)) for name in freeze]}, Start)


def _layers(data: Any, _: Any) -> tuple[ComponentConfig, ...]:
    layers = _expect(data, (list, tuple), f"a list of layers such as {_EXAMPLE}")
    return tuple(_component(layer, ComponentConfig, (index,)) for index, layer in enumerate(layers))


def _listed(expected: str) -> _Hook:
    """Make a hook that takes a list in which a text is a component without arguments."""

    def hook(data: Any, _: Any) -> tuple[ComponentConfig, ...]:
        components = _expect(data, (list, tuple), expected)
        tables = [{"class": each} if isinstance(each, str) else each for each in components]
        return tuple(_component(table, ComponentConfig, (index,)) for index, table in enumerate(tables))

    return hook


def _initializer(data: Any, type_: Any) -> ComponentConfig:
    expected = 'an initializer such as "Kaiming" or { class = "Kaiming", mode = "fan_out" }'
    data = _expect(data, (str, Mapping), expected)
    return _component({"class": data} if isinstance(data, str) else data, type_)


def _component(data: Any, _: Any, path: KeyPath = ()) -> ComponentConfig:
    if not isinstance(data, Mapping):
        example = f'{{ class = "{data}" }}' if isinstance(data, str) else _EXAMPLE
        raise ExperimentError(Problem(path, f"expected a component such as {example}, received {data!r}"))
    if "class" not in data:
        meant = next((key for key in data if nearest(str(key), ["class"])), None)
        hint = f"; did you mean 'class' by {meant!r}?" if meant else ""
        raise ExperimentError(
            Problem(path, f"expected a component with a key class, such as {_EXAMPLE}, received {data!r}{hint}")
        )
    return ComponentConfig(_plain(data, path))


def _plain(data: Any, path: KeyPath) -> Any:
    """Copy what JSON can hold too; TOML has dates besides."""
    if isinstance(data, Mapping):
        if not isinstance(data.get("class", ""), str):
            raise ExperimentError(
                Problem((*path, "class"), f"expected the name of a component, received {data['class']!r}")
            )
        return {
            key: _children(value, (*path, key)) if key == "modules" else _plain(value, (*path, key))
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [_plain(value, (*path, index)) for index, value in enumerate(data)]
    if data is None or isinstance(data, (bool, int, str)) or (isinstance(data, float) and math.isfinite(data)):
        return data
    raise ExperimentError(Problem(path, f"expected a finite number, text, boolean, list or table, received {data}"))


def _children(data: Any, path: KeyPath) -> Any:
    """Copy what a container holds, each table of which must be a component."""
    if not isinstance(data, (list, tuple)):
        return _plain(data, path)
    return [
        _child(item, (*path, index)) if isinstance(item, Mapping) else _plain(item, (*path, index))
        for index, item in enumerate(data)
    ]


def _child(data: Mapping[str, Any], path: KeyPath) -> Any:
    """Copy what a container holds: a component, or one with what is said of its place, as a graph's node is written."""
    if "class" in data or not isinstance(data.get(MODULE), Mapping):
        return _component(data, ComponentConfig, path)
    return {**_plain(data, path), MODULE: _component(data[MODULE], ComponentConfig, (*path, MODULE))}


def _names(data: Any, type_: Any) -> str | tuple[str, ...]:
    expected = 'the name of a layer or a list of names, such as "scores" or ["scores"]'
    return data if isinstance(_expect(data, (str, list, tuple), expected), str) else _texts(data, type_)


def _boolean_or_text(data: Any, type_: Any) -> bool | str:
    return data if isinstance(data, bool) else str(_text(data, type_))


_HOOKS: Mapping[Any, _Hook] = {
    int: _one_of(int, "an integer"),
    bool: _one_of(bool, "true or false"),
    float: _number,
    str: _text,
    float | None: _optional(_number),
    int | None: _optional(_one_of(int, "an integer")),
    EarlyStopping | None: _optional(_early_stopping),
    Start | None: _optional(_start),
    str | None: _optional(_text),
    bool | str: _boolean_or_text,
    str | tuple[str, ...] | None: _optional(_names),
    tuple[str, ...]: lambda data, _: tuple(data),
    ComponentConfig: _component,
    ComponentConfig | None: _optional(_component),
    InitializerConfig | None: _optional(_initializer),
    tuple[ComponentConfig, ...]: _layers,
    tuple[ComponentConfig, ...] | None: _optional(
        _listed('a list of metrics such as "Accuracy" or { class = "TopK", k = 3 }')
    ),
    AugmentationConfigs | None: _optional(
        _listed('a list of augmentations such as "Flip" or { class = "Shift", pixels = 1 }')
    ),
    tuple[str, ...]: _texts,
    Literal["float32", "float64"] | None: _optional(_text),
}
"""How a value of a type is made."""

_DATA_HOOKS: Mapping[str, _Hook] = {
    "source": _source,
    "validation": _optional(_source),
    "target": _optional(_columns),
    "weights": _optional(_column),
    "missing": _text,
    "unknown": _text,
    "class_weights": _optional(_class_weights),
    "inputs": _optional(_parts),
}
"""How the values of those keys of an experiment's data are made that may be of several types."""


def _make_converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    data_types = {name: getattr(fields(resolve_types(DataConfig)), name).type for name in _DATA_HOOKS}
    hooks = {**_HOOKS, **{data_types[name]: hook for name, hook in _DATA_HOOKS.items()}}
    for type_, hook in hooks.items():
        if isinstance(type_, type):
            converter.register_structure_hook(type_, hook)
        else:
            converter.register_structure_hook_func(partial(eq, type_), hook)
    return converter


_converter = _make_converter()


def _problems(error: BaseException, path: KeyPath) -> Iterator[Problem]:
    """Flatten the error groups of cattrs."""
    if isinstance(error, ClassValidationError):
        # Unknown keys come first: a missing one is often the same mistake.
        for inner in sorted(error.exceptions, key=lambda inner: not isinstance(inner, ForbiddenExtraKeysError)):
            yield from _problems(inner, (*path, *_step(inner)))
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [attribute.name for attribute in fields(error.cl)]
        yield from (unknown_key(path, key, known, "key") for key in sorted(error.extra_fields))
    elif isinstance(error, ExperimentError):
        yield from (Problem((*path, *problem.path), problem.message) for problem in error.problems)
    elif isinstance(error, ValueOutOfRangeError):
        yield Problem((*path, error.key), str(error))
    elif isinstance(error, KeyError):
        yield Problem(path, "expected this key, which is missing")
    else:
        yield Problem(path, str(error))


def _step(error: BaseException) -> KeyPath:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
    return ()
