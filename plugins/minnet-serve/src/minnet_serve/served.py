"""`Served`: a model file that answers requests, one that ``minnet train`` wrote or any other."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, TypeVar

import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array, MinnetError, ModelHeader, Module, compile as compile_forward, load, read_header
from minnet_core.compilation import CompiledForward
from minnet_core.errors import described
from minnet_core.nn import Tensor
from minnet_train import Predictor
from minnet_train.evaluation import CHUNK, FORMATS, predict_rows
from minnet_train.experiment import KEY

from .errors import RefusedError
from .nested_lists import WHERE, array_of, expect_list
from .rows import Question
from .strict_json import read_json, write_json

_Part = TypeVar("_Part")


class LateError(MinnetError, TimeoutError):
    """An answer is not there in time, and nobody waits for it any more."""


@frozen(eq=False, kw_only=True)
class Served(ABC):
    """A model that answers requests; its methods may be called from many threads.

    The file is read once: whatever becomes of it, the answers stay as they are.

    Attributes:
        name: of the file, without its folder.
        header: what the file says of itself.
        model: in evaluation mode.
        forward: the same, compiled.
        most_rows: of one request.
    """

    name: str
    header: ModelHeader = field(repr=False)
    model: Module = field(repr=False)
    forward: CompiledForward = field(repr=False)
    most_rows: int

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        most_rows: int = 10_000,
        with_all: bool = True,
        unknown: str | None = None,
    ) -> Served:
        """Read a model file.

        Args:
            path: of the file.
            most_rows: of one request.
            with_all: whether to answer with a number for each class, besides that of the predicted one.
            unknown: what a text is that is none of the categories of its column, ``error`` or ``ignore``; None for
                what the experiment says.

        Returns:
            One that prepares rows, if ``minnet train`` wrote the file; else one that takes the inputs of the network.

        Warns:
            PreparationWarning: if the inputs of the network are not raw data, and somebody else prepares them.

        Raises:
            ModelFileError: and whatever `minnet_core.load` raises.
        """
        header, name = read_header(path), os.path.basename(os.fspath(path))
        if KEY not in header.metadata:
            model = load(path)
            model.evaluate()
            dtypes = [array.dtype for array in model.namedParameters().values()]
            dtype = str(dtypes[0]) if dtypes else "float32"
            return ServedNetwork(
                name=name,
                header=header,
                model=model,
                forward=compile_forward(model),
                most_rows=most_rows,
                dtype=dtype,
            )
        predictor = evolve(Predictor.load(path), path=name)
        return ServedPredictor(
            name=name,
            header=header,
            model=predictor.model,
            forward=compile_forward(predictor.model),
            most_rows=most_rows,
            predictor=predictor if unknown is None else predictor.taking(unknown),
            with_all=with_all,
        )

    def answer(self, body: bytes, deadline: float = float("inf")) -> bytes:
        """Answer a request.

        Args:
            body: a row or a list of rows, as JSON.
            deadline: by ``time.monotonic``, after which nobody waits for the answer.

        Returns:
            The prediction, or a list of one for each row, as JSON.

        Raises:
            RefusedError: if the request cannot be answered.
            DataError: if a row cannot.
            LateError: after the deadline.
        """
        return self.predict(read_json(body), deadline)

    @abstractmethod
    def predict(self, value: Any, deadline: float) -> bytes:
        """Answer what a request has, as `answer` does."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers a row has for the network; 1 if that cannot be told."""

    def _expect_few(self, count: int) -> None:
        if count > self.most_rows:
            raise RefusedError(
                413,
                f"{WHERE}: expected {self.most_rows:,} rows at most, received {count:,}; ask about a part at a time",
            )


@frozen(eq=False, kw_only=True)
class ServedPredictor(Served):
    """A model of ``minnet train``: it takes rows as in the training data, and answers as ``minnet predict`` does.

    Attributes:
        predictor: the model with its preparation.
        with_all: whether to answer with a number for each class.
    """

    predictor: Predictor = field(repr=False)
    with_all: bool

    def predict(self, value: Any, deadline: float) -> bytes:
        """Answer with what `minnet predict --format jsonl` writes."""
        if isinstance(value, list):
            self._expect_few(len(value))
        preparation = self.predictor.record.preparation
        asked = Question.of(value, preparation.columns, may_be_missing=preparation.fill is not None)
        if not asked.count:
            return b"[]"
        parts = _in_time(self.predictor.rows(asked.data, WHERE), deadline)
        predicted = predict_rows(self.forward, self.predictor.record, self.name, parts, with_all=self.with_all)
        lines = StringIO()
        FORMATS["jsonl"](_in_time(predicted, deadline), lines)
        text = lines.getvalue().rstrip("\n")
        if not asked.is_single:
            text = "[" + text.replace("\n", ", ") + "]"  # within JSON, a line break is an escape
        return text.encode("utf-8", "backslashreplace")  # half of a surrogate pair, as JSON writes it

    @property
    def width(self) -> int:
        """How many inputs the network has."""
        return self.predictor.record.preparation.width


@frozen(eq=False, kw_only=True)
class ServedNetwork(Served):
    """A model that says nothing of data: it takes the inputs of the network, and answers with its outputs.

    Attributes:
        dtype: of the inputs.
    """

    dtype: str

    def predict(self, value: Any, deadline: float) -> bytes:
        """Answer ``{"output": ...}`` for each row."""
        rows = expect_list(value, "a list of numbers, which is a row, or a list of rows")
        if not rows:
            return b"[]"
        is_single = not isinstance(rows[0], list)
        if not is_single:
            self._expect_few(len(rows))
        inputs = array_of([rows] if is_single else rows).astype(self.dtype)
        starts = range(0, len(inputs), CHUNK)
        parts = _in_time((self._outputs(inputs[start : start + CHUNK]) for start in starts), deadline)
        answers = [{"output": output} for part in parts for output in part]
        return write_json(answers[0] if is_single else answers)

    @property
    def width(self) -> int:
        """What cannot be told."""
        return 1

    def _outputs(self, inputs: Array) -> list[Any]:
        try:
            outputs = self.forward.forward(inputs)
        except MinnetError as error:
            raise RefusedError(422, f"{WHERE}: {_with_notes(error)}") from error
        except (ValueError, TypeError, IndexError) as error:  # a stranger's layer that is given another shape
            raise RefusedError(
                422,
                f"{WHERE}: expected rows that the model takes, received {inputs.shape[1:]}: {described(error)}",
            ) from error
        return _listed(outputs, len(inputs))


def _listed(outputs: Tensor, count: int) -> list[Any]:
    """Return the outputs of each row; of several, a list of them."""
    if isinstance(outputs, tuple):
        return [list(each) for each in zip(*(_listed(each, count) for each in outputs), strict=True)]
    if np.ndim(outputs) < 1 or len(outputs) != count:
        raise RefusedError(500, f"expected an output for each of {count} rows, received {np.shape(outputs)}")
    answers: list[Any] = outputs.tolist()
    return answers


def _with_notes(error: BaseException) -> str:
    return "; ".join([str(error), *getattr(error, "__notes__", ())])


def _in_time(parts: Iterable[_Part], deadline: float) -> Iterator[_Part]:
    """Yield parts, unless nobody waits for them any more."""
    for part in parts:
        if time.monotonic() > deadline:
            raise LateError("nobody waits for the answer any more")
        yield part
