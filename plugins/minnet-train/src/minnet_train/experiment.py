"""`Experiment`: everything that decides how a run ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NewType

from attrs import Attribute, evolve, field, frozen

ComponentConfig = NewType("ComponentConfig", dict[str, Any])
"""A component as `minnet_core.build` takes it: ``{"class": "Linear", "n_in": 64, "n_out": 10}``."""


DIGITS = "digits"
"""The source that means the embedded handwritten digits."""


class ValueOutOfRangeError(ValueError):
    """A value has the right type, but is not one that the key takes.

    Attributes:
        key: the name of the attribute.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _expect(expected: str, accepts: Callable[[Any], bool]) -> Callable[[Any, Attribute[Any], Any], None]:
    """Make a validator that says what it expected."""

    def validate(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not accepts(value):
            raise ValueOutOfRangeError(attribute.name, f"expected {expected}, received {value!r}")

    return validate


def _at_least(least: int) -> Callable[[Any, Attribute[Any], Any], None]:
    return _expect(f"an integer of at least {least}", lambda value: isinstance(value, int) and value >= least)


def _is_normal_float32(value: float) -> bool:
    """Whether dividing float32 features by a number divides by neither 0 nor infinity."""
    return 2.0**-126 <= value <= (2 - 2.0**-23) * 2.0**127


_not_empty = _expect("a text that is not empty", bool)


@frozen(kw_only=True)
class DataConfig:
    """What to learn from.

    Attributes:
        source: ``digits``, the embedded handwritten digits, or the path of a CSV file.
        target: of a CSV file, the column to predict: its name, or its index from 0 (-1 is the last); None is the last.
        test_fraction: the part of each class that is held out from training.
        scale: features are divided by this.
    """

    source: str = field(validator=_not_empty)
    target: str | int | None = None
    test_fraction: float = field(default=0.2, validator=_expect("a number between 0 and 1", lambda x: 0 < x < 1))
    scale: float = field(
        default=1.0,
        validator=_expect("a positive number that float32 can hold, 1.18e-38 to 3.4e38", _is_normal_float32),
    )

    def relative_to(self, folder: str) -> DataConfig:
        """Make a relative path of a CSV file one that starts at ``folder``, which is empty for the current one."""
        return self if self.source == DIGITS else evolve(self, source=os.path.join(folder, self.source))


@frozen(kw_only=True)
class Experiment:
    """A network, the data it learns from, and how.

    On one machine, with one number of BLAS threads, the same experiment gives the same weights bit for bit.

    Attributes:
        seed: decides what is held out, the first weights, the order of samples and every random layer.
        epochs: how often each training sample is seen.
        batch_size: samples in a step; the last step of an epoch takes what is left.
        output: where the trained model is written.
        model: the layers, one after another.
        criterion: the loss.
        optimizer: what changes the weights.
        data: what to learn from.
    """

    seed: int = field(default=0, validator=_at_least(0))
    epochs: int = field(validator=_at_least(1))
    batch_size: int = field(default=32, validator=_at_least(1))
    output: str = field(default="model.safetensors", validator=_not_empty)
    model: tuple[ComponentConfig, ...] = field(validator=_expect("a list of at least one layer", bool))
    criterion: ComponentConfig
    optimizer: ComponentConfig
    data: DataConfig
