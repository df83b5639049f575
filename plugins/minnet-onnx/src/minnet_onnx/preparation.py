"""The preparation of raw data, as a model file of minnet-train describes it, as operators in front of a network.

What is read here is JSON, the form of the file; nothing of minnet-train is needed. Statistics are applied in float64,
as in training, since years or prices far from zero have few digits left in float32 once their mean is subtracted. Where
that is so of the raw numbers themselves, the model takes them in float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array
from minnet_core.nn import Tensor
from minnet_core.support import printable

from .calendars import Calendar
from .errors import ExportError
from .graph import OnnxGraph, Output
from .package import helper, onnx

RECORD = "minnet-train"
"""Where the record of a training is in the metadata of a model file."""

OTHERS = "(all others)"
"""The category of texts that have none of their own, as minnet-train calls it."""

FAR = 2.0**12
"""So many deviations from zero, float32 has steps of thousandths of a deviation: such numbers are taken in float64."""

_MISSING = 0.25
"""How many of the numbers and texts are drawn as missing, if any may be."""

_STRANGER = "a text that nobody has seen"

_FLOAT, _DOUBLE, _BOOL = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.BOOL
_STRING = onnx.TensorProto.STRING


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
        calendars: of each column, what a date or time becomes; None of another; empty if there are none.
        coded: the places of columns of categories that become one number each, 0 for no category, 1 for the first.
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
    calendars: tuple[Calendar | None, ...] = ()
    coded: frozenset[int] = frozenset()

    @classmethod
    def read(cls, metadata: Mapping[str, Any]) -> Preparation | None:
        """Read that of a model file; None if it has none.

        Raises:
            ExportError: if it is of another form.
        """
        record = metadata.get(RECORD)
        if record is None:
            return None
        try:
            said = record["preparation"]
            columns = said["columns"]
            count = int(columns["count"])
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
                answers=None if targets is None else (_of_each(targets, "offset"), _of_each(targets, "spread")),
                calendars=tuple(each and Calendar(**each) for each in columns.get("calendars") or ()),
                coded=_single(columns.get("parts") or (), texts),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, ExportError):
                raise
            raise ExportError(f"the preparation in the model file is of another form: {error!r}") from error

    @property
    def widths(self) -> list[int]:
        """How many inputs of a network each column makes."""
        return [
            calendar.width if calendar else 1 if index in self.coded else len(texts) or 1
            for index, (texts, calendar) in enumerate(self._each)
        ]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample that the network takes."""
        return (sum(self.widths),) if self.image is None else self.image[:3]

    @property
    def is_table(self) -> bool:
        """Whether a raw column is text, or a date or time, so that each is an input of its own."""
        return any(self.categories) or any(self.calendars)

    @property
    def wide(self) -> tuple[bool, ...]:
        """Of each column, whether it is taken in float64: dates and times, and numbers that are far from zero."""
        found, start = [], 0
        for (texts, calendar), width in zip(self._each, self.widths, strict=True):
            is_number = not texts and self.image is None and bool(self.offset)
            found.append(calendar is not None or (is_number and _are_far(self.offset[start:][:1], self.spread[start:])))
            start += width
        return tuple(found)

    @property
    def answers_are_wide(self) -> bool:
        """Whether answers are float64, for their units are far from zero."""
        return self.answers is not None and _are_far(*self.answers)

    @property
    def _each(self) -> list[tuple[tuple[str, ...], Calendar | None]]:
        return list(zip(self.categories, self.calendars or (None,) * len(self.categories), strict=True))

    def write(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        """Put the operators of the inputs down.

        Returns:
            What the graph takes, and what the network does. Raw numbers are one array, ``input``. If there are texts,
            dates or times, each column is an array ``(batch, 1)`` of its own, under its name; dates are seconds since
            1970, times since midnight. Numbers are float32, but for those that are `wide`.

        Raises:
            ExportError: if two columns have one name.
        """
        infos, value = self._columns(graph) if self.is_table else self._numbers(graph)
        shape = (-1, 1, 1) if self.image is not None else (-1,)
        if self.scale != 1:
            is_number = np.repeat([not (of or when) for of, when in self._each], self.widths)
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
        return wide if self.answers_are_wide else graph.op("Cast", wide, to=_FLOAT)

    def _numbers(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        if self.image is None:
            lengths: tuple[int, ...] = (len(self.names),)
        else:
            channels, height, width, is_last = self.image
            lengths = (height, width, channels) if is_last else (channels, height, width)
        is_wide = any(self.wide)
        info = helper.make_tensor_value_info("input", _DOUBLE if is_wide else _FLOAT, ["batch", *lengths])
        value = Output("input") if is_wide else graph.op("Cast", Output("input"), to=_DOUBLE)
        if self.image is not None and self.image[3]:
            value = graph.op("Transpose", value, perm=[0, 3, 1, 2])
        return [info], value

    def _columns(self, graph: OnnxGraph) -> tuple[list[onnx.ValueInfoProto], Output]:
        if len({*self.names}) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise ExportError(f"two columns are called {printable(twice)!r}; rename one, or leave the preparation out")
        infos, parts = [], []
        for name in self.names:
            graph.fresh(name)  # taken from now on
        columns = zip(self.names, self._each, self.wide, strict=True)
        for index, (name, (texts, calendar), is_wide) in enumerate(columns):
            kind = _STRING if texts else _DOUBLE if is_wide else _FLOAT
            infos.append(helper.make_tensor_value_info(name, kind, ["batch", 1]))
            if texts:
                parts.append(self._categories(graph, Output(name), texts, is_coded=index in self.coded))
            elif calendar:
                parts.append(calendar.write(graph, Output(name)))
            else:
                parts.append(Output(name) if is_wide else graph.op("Cast", Output(name), to=_DOUBLE))
        return infos, graph.op("Concat", *parts, axis=1)

    def _categories(self, graph: OnnxGraph, value: Output, texts: tuple[str, ...], *, is_coded: bool) -> Output:
        """A 1 for the category of a text, or its number; nan, or 0, for an empty one, if it is not refused."""
        are_taken = self.ignores or OTHERS in texts
        known = list(texts) if self.fill is None and not are_taken else [*texts, ""]
        found = graph.op("OneHotEncoder", value, domain="ai.onnx.ml", cats_strings=known, zeros=int(are_taken))
        found = graph.op("Cast", graph.op("Reshape", found, (-1, len(known))), to=_DOUBLE)
        numbers = np.arange(1.0, len(texts) + 1)[:, None]
        if len(known) == len(texts):
            return graph.op("MatMul", found, _double(graph, numbers)) if is_coded else found
        coded, is_missing = graph.ops("Split", 2, found, (len(texts), 1), axis=1)
        if OTHERS in texts:
            is_stranger = graph.op("Sub", _double(graph, 1.0), graph.op("ReduceSum", found, (1,), keepdims=1))
            place = np.eye(len(texts))[texts.index(OTHERS)]
            coded = graph.op("Add", coded, graph.op("Mul", is_stranger, _double(graph, place)))
        if is_coded:
            return graph.op("MatMul", coded, _double(graph, numbers))
        return graph.op("Where", graph.op("Cast", is_missing, to=_BOOL), _double(graph, np.nan), coded)


def draw(preparation: Preparation, batch: int) -> tuple[tuple[Array, ...], Array]:
    """Draw raw data, and say in NumPy what becomes of them: what the operators are held against.

    Args:
        preparation: says what is in their columns, and how their numbers are spread.
        batch: how many samples.

    Returns:
        The inputs of the ONNX model, in their order, and what the network takes: ``(batch, *preparation.shape)``,
        float32.

    >>> town = Preparation(("town",), (("Bern", "Rome"),), False, None, 1.0, None, (), (), None)
    >>> (texts,), prepared = draw(town, 3)
    >>> [["Bern", "Rome"][int(is_rome)] for is_rome in prepared[:, 1]] == texts[:, 0].tolist()
    True
    """
    rng = np.random.default_rng(0)
    axes = (-1,) if preparation.image is None else (-1, 1, 1)
    offset, spread = np.reshape(preparation.offset or 0.0, axes), np.reshape(preparation.spread or 1.0, axes)
    drawn = rng.standard_normal((batch, *preparation.shape))
    raw = preparation.scale * (offset + spread * drawn)
    if not any(preparation.wide):
        raw = raw.astype(np.float32)
    if preparation.fill is not None:
        raw[rng.random(raw.shape) < _MISSING] = np.nan
    if preparation.is_table:
        inputs, values = _drawn_columns(preparation, rng, raw)
    else:
        is_last = preparation.image is not None and preparation.image[3]
        inputs, values = (np.moveaxis(raw, 1, -1) if is_last else raw,), raw.astype(np.float64) / preparation.scale
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
    return wide if preparation.answers_are_wide else wide.astype(np.float32)


def _drawn_columns(preparation: Preparation, rng: np.random.Generator, raw: Array) -> tuple[tuple[Array, ...], Array]:
    """A column each, numbers and times from ``raw``, texts of all kinds; and what becomes of them before statistics."""
    inputs: list[Array] = []
    parts: list[Array] = []
    starts = np.cumsum([0, *preparation.widths]).tolist()
    columns = zip(preparation._each, preparation.wide, starts[:-1], strict=True)
    for index, ((texts, calendar), is_wide, start) in enumerate(columns):
        column = raw[:, start : start + 1]
        if texts:
            column, coded = _drawn_texts(preparation, rng, texts, len(raw))
            number = np.nan_to_num(coded @ np.arange(1, len(texts) + 1))[:, None]
            parts.append(number if index in preparation.coded else coded)
        elif calendar:
            column = np.round(column.astype(np.float64) / preparation.scale * calendar.unit)
            parts.append(calendar.expand(column))
        else:
            column = column.astype(np.float64 if is_wide else np.float32)
            parts.append(column.astype(np.float64) / preparation.scale)
        inputs.append(column)
    return tuple(inputs), np.concatenate(parts, axis=1)


def _drawn_texts(
    preparation: Preparation, rng: np.random.Generator, texts: tuple[str, ...], batch: int
) -> tuple[Array, Array]:
    """Known texts, and, where they are no error, strangers and empty ones."""
    coded = np.eye(len(texts))
    known = {text: coded[index] for index, text in enumerate(texts) if text != OTHERS}
    if OTHERS in texts:
        known[_STRANGER] = coded[texts.index(OTHERS)]
    elif preparation.ignores:
        known[_STRANGER] = np.zeros(len(texts))
    if preparation.fill is not None:
        known[""] = np.full(len(texts), np.nan)
    places = rng.integers(len(known), size=batch)
    return np.array(list(known), object)[places, None], np.array(list(known.values()))[places]


def _double(graph: OnnxGraph, value: float | Sequence[float] | Any) -> Output:
    """A constant in float64."""
    return graph.precise(np.asarray(value, np.float64))


def _single(parts: Sequence[Sequence[Any]], texts: Sequence[tuple[str, ...]]) -> frozenset[int]:
    """The places of columns of categories that are named parts by themselves: ``[["town", 1], ["flat", 3]]``."""
    counts = [int(count) for _, count in parts]
    starts = np.cumsum([0, *counts]).tolist()
    return frozenset(start for start, count in zip(starts, counts, strict=False) if count == 1 and texts[start])


def _are_far(offset: Sequence[float], spread: Sequence[float]) -> bool:
    """Whether some numbers, that are not always the same, are far from zero."""
    return any(abs(mean) > FAR * deviation > 0 for mean, deviation in zip(offset, spread, strict=False))


def _of_each(said: Mapping[str, Any], name: str) -> tuple[float, ...]:
    """A statistic of each target; it may be written once for several, as for the pixels of a channel."""
    return tuple(np.repeat(np.asarray(said[name], np.float64), int(said.get("each", 1))).tolist())


def _image(said: Mapping[str, Any]) -> tuple[int, int, int, bool]:
    channels, height, width = (int(said[name]) for name in ("channels", "height", "width"))
    return channels, height, width, bool(said.get("is_channels_last", False))
