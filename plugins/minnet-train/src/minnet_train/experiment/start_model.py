"""`StartModel`: the model that an experiment goes on from, and what of it is taken over."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from minnet_core import Array, Container, MinnetError, Module, load, read_header
from minnet_core.nn import listed_modules
from minnet_core.state import model_state, set_model_state
from minnet_core.support import expect_file, printable

from ..data import Dataset
from ..errors import ExperimentError, KeyPath, Problem
from .record import TrainingRecord
from .start import Start

_MODEL: KeyPath = ("start", "model")


@frozen(eq=False)
class StartModel:
    """A trained model to go on from.

    Attributes:
        start: what is taken over, with the hash of the file.
        contents: of the file.
        record: of its training.
        model: with its weights.
    """

    start: Start
    contents: bytes = field(repr=False)
    record: TrainingRecord = field(repr=False)
    model: Module = field(repr=False)

    @classmethod
    def read(cls, start: Start, path: str | os.PathLike[str] | None = None) -> StartModel:
        """Read the file, or a copy of it.

        Raises:
            ExperimentError: if it is no model that ``minnet train`` wrote, or another one than before.
        """
        path = start.model if path is None else path
        try:
            contents = expect_file(Path(path)).read_bytes()
            digest = hashlib.sha256(contents).hexdigest()
            found = cls(
                evolve(start, sha256=digest),
                contents,
                TrainingRecord.read(read_header(path), path),
                load(path, prepared=True),
            )
        except (OSError, MinnetError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ExperimentError(
                Problem(_MODEL, f"expected a model that minnet train wrote, received {str(path)!r}: {reason}")
            ) from error
        if start.sha256 not in (None, digest):
            raise ExperimentError(
                Problem(
                    _MODEL, f"expected the model that the run began with, received {str(path)!r} with other contents"
                )
            )
        return found

    @property
    def has_parts(self) -> bool:
        """Whether its preparation is taken over, and names parts of the data."""
        return self.start.preparation == "keep" and bool(self.record.preparation.columns.parts)

    def fits_head(self, model: Container) -> bool:
        """Whether the last layer with parameters has as many as that of the model."""
        index = _head(model)
        ours, theirs = (_from(_arrays(each), each, index) for each in (model, self.model))
        return {name: array.shape for name, array in ours.items()} == {
            name: array.shape for name, array in theirs.items()
        }

    def keeps_head(self, model: Container, dataset: Dataset, *, autoencode: bool) -> bool:
        """Decide whether the outputs stay those of the model.

        Raises:
            ExperimentError: if they shall, and cannot.
        """
        if self.start.head == "new":
            return False
        names: tuple[Any, ...] = dataset.classes
        if self.record.classes and isinstance(self.record.classes[0], str):
            names = tuple(map(str, names))
        others = [] if autoencode else [name for name in names if name not in self.record.classes]
        is_same_task = autoencode or bool(dataset.classes) == bool(self.record.classes)
        if self.fits_head(model) and is_same_task and not others:
            return True
        if self.start.head == "keep":
            received = f"the classes {', '.join(map(str, others))} besides" if others else "another number of outputs"
            message = f"expected the outputs of {self.start.model!r} to keep its head, received {printable(received)}"
            raise ExperimentError(Problem(("start", "head"), message))
        return False

    def give_weights(self, model: Container, *, with_head: bool) -> None:
        """Write the weights, and what is counted besides, into a model: of all layers, or of all before its head.

        Raises:
            ExperimentError: naming the first layer that is another one.
        """
        index = None if with_head else _head(model)
        ours, theirs = (_before(_arrays(each), each, index) for each in (model, self.model))
        places = _layers(model)
        order = _layers(self.model) | places
        for name in sorted(ours.keys() | theirs.keys(), key=lambda name: (order[_layer(name)], name)):
            expected, received = (each[name].shape if name in each else "nothing" for each in (ours, theirs))
            if expected != received:
                layer = places.get(_layer(name))
                raise ExperimentError(
                    Problem(
                        ("model",) if layer is None else ("model", layer),
                        f"expected the layer of {self.start.model!r}, whose {name} is {received}, to give its weights "
                        f"to, received {expected}",
                    )
                )
        state, given = model_state(model), model_state(self.model)
        merged = {
            kind: {**state[kind], **_before(given[kind], self.model, index)} for kind in ("parameters", "buffers")
        }
        set_model_state(model, {**state, **merged})


def _arrays(model: Module) -> Mapping[str, Array]:
    found: Mapping[str, Array] = model.namedParameters()
    return found


def _layers(model: Module) -> dict[str, int]:
    """The places of the layers of a model, by name."""
    return {name: index for index, (name, _) in enumerate(listed_modules(model))}


def _layer(name: str) -> str:
    return name.partition(".")[0]


def _head(model: Module) -> int:
    """Find the last layer that has parameters; the first if none has."""
    places = _layers(model)
    return max((places[_layer(name)] for name in _arrays(model)), default=0)


def _before(arrays: Mapping[str, Array], model: Module, index: int | None) -> dict[str, Array]:
    places = _layers(model)
    return {name: array for name, array in arrays.items() if index is None or places[_layer(name)] < index}


def _from(arrays: Mapping[str, Array], model: Module, index: int) -> dict[str, Array]:
    places = _layers(model)
    return {name: array for name, array in arrays.items() if places[_layer(name)] >= index}
