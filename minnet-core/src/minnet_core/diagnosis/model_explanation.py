"""`ModelExplanation`: what there is to know of a model file, without building the model."""

from __future__ import annotations

import json
import math
import os
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
