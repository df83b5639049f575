"""`ModelExplanation`: what there is to know of a model file, without building the model."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, field, frozen, validators

from ..plugins import plugin_host
from ..saving import ModelHeader, open_model_file, read_header

HOOK = "minnet_explain_model"


_text = validators.instance_of(str)


@frozen
class Section:
    """What a plugin has to say of a model file: what the hook ``minnet_explain_model`` returns.

    Attributes:
        title: what it is about, a word or two; the key of ``data`` in JSON.
        rows: a label and a text for each line that is printed.
        data: the same as JSON can hold it.
    """

    title: str = field(validator=_text)
    rows: tuple[tuple[str, str], ...] = field(validator=validators.deep_iterable(validators.deep_iterable(_text)))
    data: dict[str, Any] = field(validator=validators.instance_of(dict))


@frozen
class ModelExplanation:
    """What there is to know of a model file.

    Attributes:
        path: of the file.
        size: in bytes.
        header: what the file says of itself.
        arrays: name -> dtype and shape.
        sections: what plugins have to say of it.
        failures: what went wrong in plugins.
    """

    path: str
    size: int
    header: ModelHeader
    arrays: dict[str, tuple[str, tuple[int, ...]]]
    sections: tuple[Section, ...] = ()
    failures: tuple[str, ...] = Factory(tuple)

    @property
    def numbers(self) -> int:
        """How many numbers are in the arrays."""
        return sum(math.prod(shape) for _, shape in self.arrays.values())

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """What the core knows, a label and a text for each line that is shown; before what the sections have."""
        header, dtypes = self.header, ", ".join(sorted({dtype for dtype, _ in self.arrays.values()}))
        by_distribution: dict[str, list[str]] = {}
        for qualified, version in header.components.items():
            distribution, _, name = qualified.partition(":")
            by_distribution.setdefault(f"{distribution} {version or ''}".strip(), []).append(name)
        yield "file", f"{self.path}, {self.size:,} bytes, format {header.format}"
        yield "layers", _layers(header.config)
        yield "arrays", f"{len(self.arrays)} of {self.numbers:,} numbers{dtypes and f', {dtypes}'}"
        yield from (("components", f"{each} ({', '.join(names)})") for each, names in by_distribution.items())
        yield "SHA-256", header.digest
        yield "prepared by", header.prepared_by or ""
        yield "metadata", ", ".join(header.metadata)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "file": self.path,
            "bytes": self.size,
            "format": self.header.format,
            "config": self.header.config,
            "components": self.header.components,
            "arrays": {name: {"dtype": dtype, "shape": list(shape)} for name, (dtype, shape) in self.arrays.items()},
            "digest": self.header.digest,
            "prepared_by": self.header.prepared_by,
            "metadata": sorted(self.header.metadata),
            "sections": {section.title: section.data for section in self.sections},
        }


def explain_model(path: str | os.PathLike[str]) -> ModelExplanation:
    """Say what there is to know of a model file; its arrays are not read, and nothing is built.

    Raises:
        ModelFileError: if it is no model file of minnet.
        OSError: if it cannot be read.
    """
    header = read_header(path)
    with open_model_file(path) as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  # safe_open is no mapping
        arrays = {name: (str(each.get_dtype()), tuple(each.get_shape())) for name, each in slices.items()}
    host = plugin_host()
    before = dict(host.failures)
    found = [
        host.call(plugin, HOOK, _expect_section, header=header, path=os.fspath(path)) for plugin in list(host.loaded)
    ]
    failures = tuple(str(failure) for plugin, failure in host.failures.items() if before.get(plugin) is not failure)
    sections = tuple(section for section in found if section is not None)
    return ModelExplanation(os.fspath(path), os.path.getsize(path), header, arrays, sections, failures)


def _expect_section(returned: object) -> Section:
    if not isinstance(returned, Section):
        raise TypeError(f"expected a Section or None, received {returned!r}")
    json.dumps(returned.data)  # which fails now rather than in --json
    return returned


def _layers(config: Mapping[str, Any], most: int = 20) -> str:
    """Name a model's layers in their order, and those of its containers; ``most`` levels of them."""
    name = str(config.get("class", "")).rpartition(":")[2]
    children = config.get("modules")
    if not isinstance(children, list):
        return name
    named = [_child(child, most - 1) for child in children if isinstance(child, dict)] if most else ["..."]
    return f"{name}({', '.join(named)})"


def _child(config: Mapping[str, Any], most: int) -> str:
    """Name a layer; of a node of a graph also what it is called, and what it takes."""
    node = config.get("module")
    if "class" in config or not isinstance(node, dict):
        return _layers(config, most)
    taken = config.get("inputs")
    listed = ", ".join(map(str, taken)) if isinstance(taken, list) else ""
    return f"{config.get('name')}: {_layers(node, most)} of {listed}" if listed else _layers(node, most)
