"""The preparation of raw data, as a model file of minnet-train describes it, as operators in front of a network.

What is read here is JSON, the form of the file; nothing of minnet-train is needed. Statistics are applied in float64,
as in training, since years or prices far from zero have few digits left in float32 once their mean is subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array
from minnet_core.nn import Tensor

from .errors import ExportError
from .graph import OnnxGraph, Output
from .package import helper, onnx

RECORD = "minnet-train"
"""Where the record of a training is in the metadata of a model file."""

_MISSING = 0.25
"""How many of the numbers are drawn as missing, if any may be."""

_FLOAT, _DOUBLE, _STRING = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.STRING


@frozen
class Preparation:
    """What becomes of raw columns before they are a network's inputs, and of its answers afterwards.

    Attributes:
        names: of the raw columns; those without names are ``column_0`` and so on.
        categories: of each column, its texts; none of a number.
        ignores: whether a text that is none of them stands for none, rather than being an error.
        image: channels, height, width, and whether the channels are the last axis of raw images; None if there is none.
        scale: numbers are divided by this first.
        fill: for each input, what a missing number is taken for; none if none may be missing.
        offset, spread: of each input, or of each channel of an image.
        answers: offset and spread of the targets of a regression; None if they are learned as they are.
    """

    names: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    ignores: bool
    image: tuple[int, int, int, bool] | None
    scale: float
    fill: tuple[float, ...] | None
    offset: tuple[float, ...]
    spread: tuple[float, ...]
    answers: tuple[tuple[float, ...], tuple[float, ...]] | None

    @classmethod
    def read(cls, metadata: Mapping[str, Any]) -> Preparation | None:
        """Read that of a model file; None if it has none.

        Raises:
            ExportError: if it does what has no operators here: times, or parts of columns of their own.
        """
        record = metadata.get(RECORD)
        if record is None:
            return None
        try:
            said = record["preparation"]
            columns = said["columns"]
            count = int(columns["count"])
            for key, what in (("calendars", "columns of dates or times"), ("parts", "named parts of columns")):
                if any(columns.get(key) or ()):
                    raise ExportError(f"the preparation cannot be written as ONNX: it has {what}")
            named = columns.get("names") or [f"column_{index}" for index in range(count)]
            texts = [tuple(map(str, of)) for of in columns.get("categories") or [()] * count]
            inputs, targets = said.get("of_inputs"), said.get("of_targets")
            image = columns.get("image")
            fill = said.get("fill")
            return cls(
                names=tuple(map(str, named)),
                categories=tuple(texts),
                ignores=columns.get("unknown") == "ignore",
                image=None if image is None else _image(image),
                scale=float(said.get("scale", 1.0)),
                fill=None if fill is None else tuple(map(float, fill)),
                offset=tuple(map(float, inputs["offset"])) if inputs else (),
                spread=tuple(map(float, inputs["spread"])) if inputs else (),
                answers=None if targets is None else (tuple(targets["offset"]), tuple(targets["spread"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, ExportError):
                raise
            raise ExportError(f"the preparation in the model file is of another form: {error!r}") from error

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample that the network takes."""
        return (sum(len(of) or 1 for of in self.categories),) if self.image is None else self.image[:3]

    @property
    def has_categories(self) -> bool:
        """Whether a raw column is text."""
        return any(self.categories)

    def write(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        """Put the operators of the inputs down.

        Returns:
            What the graph takes, and what the network does. Raw numbers are one array, ``input``; if there are texts,
            each column is an array ``(batch, 1)`` of its own, under its name.
        """
        infos, value = self._columns(graph) if self.has_categories else self._numbers(graph)
        shape = (-1, 1, 1) if self.image is not None else (-1,)
        is_number = np.repeat([not of for of in self.categories], [len(of) or 1 for of in self.categories])
        if self.scale != 1:
            divisor = self.scale if self.image is not None else np.where(is_number, self.scale, 1.0)
            value = graph.op("Div", value, _double(graph, divisor))
        if self.fill is not None:
            fill = _double(graph, np.reshape(self.fill, self.shape))
            value = graph.op("Where", graph.op("IsNaN", value), fill, value)
        if self.offset:
            divisor = np.array([spread or np.inf for spread in self.spread])  # a constant column becomes 0
            value = graph.op("Sub", value, _double(graph, np.reshape(self.offset, shape)))
            value = graph.op("Div", value, _double(graph, divisor.reshape(shape)))
        return infos, graph.op("Cast", value, to=_FLOAT)

    def write_answers(self, graph: OnnxGraph, value: Output) -> Output:
        """Turn what the network answers into what the raw targets are measured in."""
        if self.answers is None:
            return value
        offset, spread = self.answers
        wide = graph.op("Cast", value, to=_DOUBLE)
        wide = graph.op("Add", graph.op("Mul", wide, _double(graph, spread)), _double(graph, offset))
        return graph.op("Cast", wide, to=_FLOAT)

    def _numbers(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        if self.image is None:
            lengths: tuple[int, ...] = (len(self.names),)
        else:
            channels, height, width, is_last = self.image
            lengths = (height, width, channels) if is_last else (channels, height, width)
        info = helper.make_tensor_value_info("input", _FLOAT, ["batch", *lengths])
        value = graph.op("Cast", Output("input"), to=_DOUBLE)
        if self.image is not None and self.image[3]:
            value = graph.op("Transpose", value, perm=[0, 3, 1, 2])
        return [info], value

    def _columns(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        infos, parts = [], []
        for name in self.names:
            graph.fresh(name)  # taken from now on
        for name, of in zip(self.names, self.categories, strict=True):
            infos.append(helper.make_tensor_value_info(name, _STRING if of else _FLOAT, ["batch", 1]))
            part = Output(name)
            if of:
                zeros = int(self.ignores)
                part = graph.op("OneHotEncoder", part, domain="ai.onnx.ml", cats_strings=list(of), zeros=zeros)
                part = graph.op("Reshape", part, (-1, len(of)))
            parts.append(graph.op("Cast", part, to=_DOUBLE))
        return infos, graph.op("Concat", *parts, axis=1)


def draw(preparation: Preparation, batch: int) -> tuple[tuple[Array, ...], Array]:
    """Draw raw data, and say in NumPy what becomes of them: what the operators are held against.

    Args:
        preparation: says what is in their columns, and how their numbers are spread.
        batch: how many samples.

    Returns:
        The inputs of the ONNX model, in their order, and what the network takes: ``(batch, *preparation.shape)``,
        float32.

    >>> from attrs import fields_dict
    >>> said = dict.fromkeys(fields_dict(Preparation)) | {"names": ("town",), "categories": (("Bern", "Rome"),)}
    >>> (towns,), prepared = draw(Preparation(**said | {"scale": 1.0, "offset": (), "spread": ()}), 3)
    >>> [["Bern", "Rome"][int(is_rome)] for is_rome in prepared[:, 1]] == towns[:, 0].tolist()
    True
    """
    rng = np.random.default_rng(0)
    axes = (-1,) if preparation.image is None else (-1, 1, 1)
    offset, spread = np.reshape(preparation.offset or 0.0, axes), np.reshape(preparation.spread or 1.0, axes)
    drawn = rng.standard_normal((batch, *preparation.shape))
    raw = (preparation.scale * (offset + spread * drawn)).astype(np.float32)
    if preparation.fill is not None:
        raw[rng.random(raw.shape) < _MISSING] = np.nan
    values = raw.astype(np.float64) / preparation.scale
    if preparation.has_categories:
        inputs = _drawn_columns(preparation, rng, raw, values)
    else:
        is_last = preparation.image is not None and preparation.image[3]
        inputs = (np.moveaxis(raw, 1, -1) if is_last else raw,)
    if preparation.fill is not None:
        values = np.where(np.isnan(values), np.reshape(preparation.fill, preparation.shape), values)
    if preparation.offset:
        values = np.where(spread == 0, 0.0, (values - offset) / np.where(spread == 0, 1.0, spread))
    return inputs, values.astype(np.float32)


def answered(preparation: Preparation, output: Tensor) -> Tensor:
    """What the network answers, in the units of the raw targets."""
    if preparation.answers is None or isinstance(output, tuple):
        return output
    offset, spread = preparation.answers
    wide: Array = output.astype(np.float64) * np.asarray(spread) + np.asarray(offset)
    return wide.astype(np.float32)


def _drawn_columns(preparation: Preparation, rng: np.random.Generator, raw: Array, values: Array) -> tuple[Array, ...]:
    """A column each, of which ``values`` get the places of the texts."""
    inputs, start = [], 0
    for texts in preparation.categories:
        end = start + (len(texts) or 1)
        if texts:
            chosen = rng.integers(len(texts), size=len(raw))
            values[:, start:end] = np.eye(len(texts))[chosen]
            inputs.append(np.array(texts, object)[chosen, None])
        else:
            inputs.append(raw[:, start:end])
        start = end
    return tuple(inputs)


def _double(graph: OnnxGraph, value: float | Sequence[float] | Any) -> Output:
    """A constant in float64."""
    return graph.precise(np.asarray(value, np.float64))


def _image(said: Mapping[str, Any]) -> tuple[int, int, int, bool]:
    channels, height, width = (int(said[name]) for name in ("channels", "height", "width"))
    return channels, height, width, bool(said.get("is_channels_last", False))
