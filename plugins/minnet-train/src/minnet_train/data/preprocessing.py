"""`Preparation`: from features as a source has them to the inputs of a network, learned once and saved with it.

`Moments` learn the means and deviations that a `Standardization` applies.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from attrs import evolve, field, frozen, validators

from minnet_core import Array

from .tables import Columns


class Moments:
    """Takes in rows, and knows the mean and deviation of each column of those it has seen; nan counts as missing.

    Two parts are merged as T. Chan, G. Golub and R. LeVeque do (1983), and everything is relative to the first value of
    a column: no digit is lost, however far from 0 it lies.

    >>> moments = Moments(1)
    >>> moments.update(np.array([[1.0], [2.0]]))
    >>> moments.update(np.array([[3.0], [np.nan]]))
    >>> moments.mean.tolist(), moments.deviation.round(3).tolist()
    ([2.0], [0.816])
    """

    def __init__(self, columns: int) -> None:
        self.count = np.zeros(columns, np.int64)
        self._first = np.full(columns, np.nan)
        self._mean = np.zeros(columns)  # of what is above the first value
        self._squares = np.zeros(columns)  # the sum of squared distances from the mean

    def update(self, rows: Array) -> None:
        """Take in rows (n, columns)."""
        rows = np.asarray(rows, np.float64)
        if not len(rows):
            return
        is_there = ~np.isnan(rows)
        unknown = np.isnan(self._first) & is_there.any(axis=0)
        self._first[unknown] = rows[is_there.argmax(axis=0), np.arange(rows.shape[1])][unknown]
        self.join(self._part(rows, is_there))

    def part(self, rows: Array) -> tuple[Array, Array, Array] | None:
        """Return what `join` is to be given for rows (n, columns), without taking them in.

        So somebody else can take them in, in their order, who has seen the same first values. None if they have a value
        of a column of which none was seen before.
        """
        rows = np.asarray(rows, np.float64)
        is_there = ~np.isnan(rows)
        return None if (np.isnan(self._first) & is_there.any(axis=0)).any() else self._part(rows, is_there)

    def _part(self, rows: Array, is_there: Array) -> tuple[Array, Array, Array]:
        above = np.where(is_there, rows - self._first, 0.0)
        count = is_there.sum(axis=0)
        mean = above.sum(axis=0) / np.maximum(count, 1)
        squares = (np.where(is_there, above - mean, 0.0) ** 2).sum(axis=0)
        return count, mean, squares

    def join(self, part: tuple[Array, Array, Array]) -> None:
        """Take in rows of which `part` has returned this."""
        count, mean, squares = part
        total = np.maximum(self.count + count, 1)
        distance = mean - self._mean
        self._squares += squares + distance**2 * (self.count * count / total)
        self._mean += distance * (count / total)
        self.count += count

    @property
    def mean(self) -> Array:
        """Of each column; nan if it has no values."""
        return self._first + self._mean

    @property
    def deviation(self) -> Array:
        """The root of the mean squared distance from the mean; 0 of a column that is constant but for rounding.

        That is what scikit-learn calls constant: a variance that the errors of n values of this size explain,
        ``n eps variance + (n mean eps)**2`` at most.
        """
        variance = self._squares / np.maximum(self.count, 1)
        rounding = self.count * np.finfo(np.float64).eps
        is_constant = variance <= rounding * variance + np.square(rounding * np.nan_to_num(self.mean))
        return np.where(is_constant, 0.0, np.sqrt(variance))


@frozen(slots=False)
class Standardization:
    """What is done to each column.

    Attributes:
        offset: what is subtracted: the mean.
        spread: what it is then divided by: the deviation; 0 makes the column 0, for it was constant.
        each: how many columns side by side have one offset and spread: the pixels of a channel.

    >>> Standardization((1.0, 5.0), (2.0, 0.0)).forward(np.array([[7.0, 5.0]])).tolist()
    [[3.0, 0.0]]
    """

    offset: tuple[float, ...]
    spread: tuple[float, ...]
    each: int = 1

    @classmethod
    def of(cls, offset: Array, spread: Array, each: int = 1) -> Standardization:
        """Make one from arrays."""
        return cls(tuple(offset.tolist()), tuple(spread.tolist()), each)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.offset) * self.each

    def forward(self, values: Array) -> Array:
        """Apply it to (rows, columns), in float64."""
        mapped: Array = (np.asarray(values, np.float64) - self._offset) / self._divisor
        return mapped

    def backward(self, values: Array) -> Array:
        """Undo it, in float64; a constant column becomes the constant again."""
        mapped: Array = np.asarray(values, np.float64) * np.repeat(self.spread, self.each) + self._offset
        return mapped

    @cached_property
    def _offset(self) -> Array:
        return np.repeat(self.offset, self.each)

    @cached_property
    def _divisor(self) -> Array:
        return np.repeat([spread or np.inf for spread in self.spread], self.each)


@frozen(kw_only=True, slots=False)
class Preparation:
    """What happens to raw data on the way into a network, and to its answers on the way out.

    Columns of categories become as many columns of 0 and 1, those of dates and times what their calendars say, and
    numbers are divided by ``scale``; then what is missing is filled, and numbers are standardized. Times themselves are
    so in any case, for seconds since 1970 would be large numbers. Images are standardized channel by channel.
    All that is learned from data is learned from the rows that are trained on.

    Attributes:
        columns: the raw columns.
        scale: numbers are divided by this, before all else.
        fill: for each input, what a missing value is taken for; None if none may be missing.
        of_inputs: the mean and deviation of each input; None if inputs are not standardized.
        of_targets: those of each target of a regression; None if targets are learned as they are.
        dtype: of inputs and targets, ``float32`` or ``float64``.
    """

    columns: Columns
    scale: float = 1.0
    fill: tuple[float, ...] | None = field(default=None, repr=False)
    of_inputs: Standardization | None = field(default=None, repr=False)
    of_targets: Standardization | None = field(default=None, repr=False)
    dtype: str = field(default="float32", validator=validators.in_(("float32", "float64")), repr=False)

    @property
    def is_identity(self) -> bool:
        """Whether networks take raw data as they are, and answer in their units."""
        mappings = [each for each in (self.of_inputs, self.of_targets) if each is not None]
        return (
            self.columns.are_numbers
            and (self.columns.image is None or not self.columns.image.is_channels_last)
            and self.scale == 1
            and self.fill is None
            and not any(any(each.offset) or {*each.spread} - {1.0} for each in mappings)
        )

    @property
    def width(self) -> int:
        """How many inputs the network has."""
        return self.columns.width

    def inputs(self, raw: Array) -> Array:
        """Prepare raw features (rows, columns): ``dtype`` (rows, inputs), which never alias them.

        Images become (rows, channels, height, width).
        """
        expanded = self._filled(self._expanded(raw))
        if self.of_inputs is not None:
            expanded = self.of_inputs.forward(expanded)
        prepared: Array = np.array(expanded, self.dtype) if expanded is raw else np.asarray(expanded, self.dtype)
        return prepared if self.columns.image is None else prepared.reshape(len(raw), *self.columns.shape)

    def targets(self, raw: Array) -> Array:
        """Prepare the targets (rows, outputs) of a regression: ``dtype``."""
        return np.array(raw if self.of_targets is None else self.of_targets.forward(raw), self.dtype)

    def answers(self, outputs: Array) -> Array:
        """Turn the outputs (rows, outputs) of a regression into what the raw targets are measured in: float64."""
        values: Array = np.asarray(outputs, np.float64)
        return values if self.of_targets is None else self.of_targets.backward(values)

    def learned(self, rows: Iterable[Array], *, standardize: bool, fill: bool) -> Preparation:
        """Learn the mean and deviation of inputs.

        Args:
            rows: raw features of the rows that are trained on, a part at a time; gone through once.
            standardize: whether inputs shall have mean 0 and deviation 1.
            fill: whether a missing value shall be taken for the mean.
        """
        if not self.is_learned(standardize=standardize, fill=fill):
            return self
        return self.of_moments(self.moments(rows), standardize=standardize, fill=fill)

    def is_learned(self, *, standardize: bool, fill: bool) -> bool:
        """Whether there is something to learn from rows."""
        return standardize or fill or bool(self.columns.is_time.any())

    def moments(self, rows: Iterable[Array]) -> Moments:
        """Measure raw features, a part at a time; gone through once."""
        moments = Moments(self.width // self._each)
        for raw in rows:
            moments.update(self.measured(raw))
        return moments

    def measured(self, raw: Array) -> Array:
        """Write raw features as what ``Moments`` take in: inputs, or of images a row for each pixel."""
        image, expanded = self.columns.image, self._expanded(raw)
        if image is None:
            return expanded
        return expanded.reshape(-1, image.channels, self._each).swapaxes(1, 2).reshape(-1, image.channels)

    def of_moments(self, moments: Moments, *, standardize: bool, fill: bool) -> Preparation:
        """Do what `learned` does with rows that have been measured."""
        is_time, each = self.columns.is_time, self._each
        mean = np.where(moments.count > 0, moments.mean, 0.0)
        chosen = (self.columns.is_number | is_time if standardize else is_time)[::each]
        mapping = Standardization.of(np.where(chosen, mean, 0.0), np.where(chosen, moments.deviation, 1.0), each)
        return evolve(
            self,
            fill=tuple(np.repeat(mean, each).tolist()) if fill else None,
            of_inputs=mapping if standardize or is_time.any() else None,
        )

    def for_autoencoding(self) -> Preparation:
        """Make the one of a network whose targets are its inputs, so that `answers` undoes `inputs`, scale included.

        Categories stay columns of 0 and 1.
        """
        own = self.of_inputs or Standardization((0.0,) * self.width, (1.0,) * self.width)
        factor = np.where(self.columns.is_number, self.scale, 1.0)[:: own.each]
        return evolve(self, of_targets=Standardization.of(factor * own.offset, factor * own.spread, own.each))

    @property
    def _each(self) -> int:
        """How many inputs have one mean and deviation."""
        return 1 if self.columns.image is None else self.columns.image.each

    def _expanded(self, raw: Array) -> Array:
        """Write categories as 0 and 1, and divide numbers by the scale."""
        expanded = self.columns.expand(raw)
        if expanded.dtype not in (np.float32, np.float64):
            is_exact = expanded.dtype.kind == "b" or expanded.dtype.itemsize <= 2
            expanded = expanded.astype(np.float32 if is_exact else np.float64)
        if expanded.dtype != self.dtype == "float64":
            expanded = expanded.astype(np.float64)
        return expanded if self.scale == 1 else expanded / self._divisor.astype(expanded.dtype)

    def _filled(self, expanded: Array) -> Array:
        if self.fill is None:
            return expanded
        return np.where(np.isnan(expanded), np.asarray(self.fill, expanded.dtype), expanded)

    @cached_property
    def _divisor(self) -> Array:
        return np.where(self.columns.is_number, self.scale, 1.0)
