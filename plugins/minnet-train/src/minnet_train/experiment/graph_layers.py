"""What the layers of an experiment say of their places in a graph: the keys ``name`` and ``inputs`` of a layer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from minnet_core import Container, GraphError, MinnetError, layers
from minnet_core.nn import Graph, Wiring, walk

from ..data import Columns
from ..errors import ExperimentError, KeyPath, Problem

INPUT = "input"
"""What the layers of a graph call the data."""

_NAME, _INPUTS, _OUTPUTS = KEYS = ("name", "inputs", "outputs")


@frozen
class GraphLayers:
    """The layers of a model by name.

    Attributes:
        names: of the layers; one that says none has that of its place, ``0`` for the first.
        inputs: the names of what each takes; of one that says nothing, that of the layer before it.
        outputs: the names of what the model makes; none for what the last layer makes.
        problems: what is wrong.
    """

    names: tuple[str, ...]
    inputs: tuple[tuple[str, ...], ...]
    outputs: tuple[str, ...]
    problems: tuple[Problem, ...] = field(repr=False)

    @classmethod
    def of(
        cls,
        model: Sequence[Mapping[str, Any]],
        outputs: str | Sequence[str] | None,
        parts: Sequence[str] | None = None,
    ) -> GraphLayers | None:
        """Read the places of the layers of an experiment; None if none says any: they follow each other.

        Args:
            model: the layers.
            outputs: of the model, as the experiment names them.
            parts: the names of the parts of the data, if they have some.
        """
        said = [{key: layer[key] for key in KEYS[:2] if key in layer and not takes(layer, key)} for layer in model]
        if outputs is None and parts is None and not any(said):
            return None
        problems: list[Problem] = []
        wiring, given = Wiring(), (INPUT, *(parts or ()))
        try:
            for index, name in enumerate(parts or ()):
                Wiring().expect_new(name, given[: index + 1])
        except GraphError as error:
            return cls((), (), (), (Problem(("data", _INPUTS), str(error)),))
        for index, place in enumerate(said):
            name, path = place.get(_NAME, str(index)), ("model", index)
            try:
                wiring.expect_new(name, given)
            except GraphError as error:
                problems.append(Problem((*path, _NAME), str(error)))
                name = str(name)
            listed = place.get(_INPUTS, wiring.names[-1:] or [INPUT])
            listed = [listed] if isinstance(listed, str) else listed
            if not (isinstance(listed, list) and listed and all(isinstance(each, str) for each in listed)):
                expected = 'expected the name of a layer or a list of names, such as "stem" or ["stem", "input"]'
                problems.append(Problem((*path, _INPUTS), f"{expected}, received {listed!r}"))
                listed = [INPUT]
            wiring.add(name, tuple(listed))
        named = (outputs,) if isinstance(outputs, str) else tuple(outputs or ())
        return cls(tuple(wiring.names), tuple(wiring.sources), named, tuple(problems or _found(wiring, named, given)))

    def config(self, configs: Sequence[Any], columns: Columns | None = None) -> dict[str, Any]:
        """Write the graph of layers, of which the configs are without places; what takes parts of the data is last.

        Args:
            configs: of the layers.
            columns: of the data, if they have parts.
        """
        nodes = [*zip(self.names, self.inputs, configs, strict=True)]
        nodes += [(name, (INPUT,), config) for name, config in _takers(columns)] if columns is not None else []
        return {
            "class": "minnet-core:Graph",
            "inputs": [INPUT],
            "outputs": list(self.outputs or self.names[-1:]) if columns is not None else list(self.outputs),
            "modules": [{"name": name, "inputs": list(inputs), "module": config} for name, inputs, config in nodes],
        }


def _takers(columns: Columns) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the layer that takes each part of the data: (batch, inputs), or (batch,) numbers of categories."""
    column = start = 0
    for name, count in columns.parts:
        width = int(columns.widths[column : column + count].sum())
        if columns.is_coded(column):
            yield name, {"class": "minnet-tables:Select", "axis": 1, "index": start}
        else:
            yield name, {"class": "minnet-tables:Narrow", "axis": 1, "start": start, "length": width}
        column, start = column + count, start + width


def _found(wiring: Wiring, outputs: tuple[str, ...], given: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is wrong with a graph whose names are right."""
    problems = wiring.problems(given, outputs)
    for each in problems:
        path: KeyPath = (_OUTPUTS,) if each.node is None else ("model", each.node, _INPUTS)
        yield Problem(path, each.message.removeprefix(f"{_OUTPUTS}: "))
    for index in () if problems else wiring.unused(given, outputs):
        received = f"received {wiring.names[index]!r}, which no layer that does takes, nor is it among outputs"
        yield Problem(("model", index), f"expected a layer that leads to the output of the model, {received}")
    taken = {name.partition(".")[0] for names in wiring.sources for name in names}
    for name in () if problems else given[1:]:
        if name not in taken:
            yield Problem(
                ("data", _INPUTS, name), "expected a part of the data that a layer takes, received one of none"
            )


def takes(config: Mapping[str, Any], key: str) -> bool:
    """Whether the constructor of a layer takes a key itself, which then says nothing to the experiment."""
    try:
        return key in inspect.signature(layers[config["class"]]).parameters
    except (MinnetError, KeyError):  # which is told of the class
        return False


def without_places(configs: Sequence[Any]) -> list[Any]:
    """Leave out what the constructors of layers do not get."""
    return [
        {key: value for key, value in config.items() if key not in KEYS[:2] or takes(config, key)}
        if isinstance(config, Mapping)
        else config
        for config in configs
    ]


def check_graphs(model: Container) -> None:
    """Check that each graph in a model can be computed, those that are layers among them.

    Raises:
        ExperimentError: naming the layer.
    """
    for index, layer in enumerate(model):
        for _, inner in walk(layer):
            if isinstance(inner, Graph):
                try:
                    inner.plan()
                except GraphError as error:
                    raise ExperimentError(Problem(("model", index, "modules"), str(error))) from error
