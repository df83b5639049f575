"""`Pixels`: how the numbers of an image lie in a row of features, and how a network takes them."""

from __future__ import annotations

from attrs import field, frozen, validators

from minnet_core import Array

from ..errors import DataError

CHANNELS = ("first", "last")
"""Where the axis of channels is: before those of height and width, or behind them."""

_COUNTS = (1, 3, 4)
"""How many channels an image has that nobody described: grey, coloured, or coloured and transparent."""

_at_least_1 = validators.and_(validators.instance_of(int), validators.ge(1))


@frozen(slots=False)
class Pixels:
    """Images that are rows of features; a network takes them as ``(batch, channels, height, width)``.

    Attributes:
        channels: how many numbers a pixel has.
        height: in pixels.
        width: in pixels.
        is_channels_last: whether the numbers of a pixel stand together in a row of features, as in files of pictures;
            else each channel does.

    >>> import numpy as np
    >>> Pixels(2, 1, 3, is_channels_last=True).arranged(np.array([[1, 4, 2, 5, 3, 6]])).tolist()
    [[1, 2, 3, 4, 5, 6]]
    """

    channels: int = field(validator=_at_least_1)
    height: int = field(validator=_at_least_1)
    width: int = field(validator=_at_least_1)
    is_channels_last: bool = False

    @classmethod
    def of_array(cls, shape: tuple[int, ...], channels: str | None, where: str) -> tuple[Pixels, str]:
        """Find out what an array of images is.

        Args:
            shape: (rows, height, width), or with an axis of channels.
            channels: where that is, ``first`` or ``last``; None if it shall be found out.
            where: what messages call the array.

        Returns:
            What it is, and a sentence on what was guessed; empty if nothing was.

        Raises:
            DataError: if it is none, or cannot be found out.
        """
        if len(shape) == 3 and all(shape):
            return cls(1, *shape[1:]), ""
        if len(shape) != 4 or not all(shape):
            raise DataError(
                f"{where}: expected images (rows, height, width), or (rows, channels, height, width), received {shape}"
            )
        if channels is not None:
            return cls._at(shape, channels), ""
        first, last = shape[1] in _COUNTS, shape[3] in _COUNTS
        if first == last:
            raise DataError(
                f"{where}: expected images of 1, 3 or 4 channels on one side, received {shape}; "
                'channels = "first" or "last" says on which'
            )
        guess, other = CHANNELS if first else CHANNELS[::-1]
        found = cls._at(shape, guess)
        return found, f'{where}: {shape} is taken for {found}, channels {guess}; channels = "{other}" says otherwise'

    @classmethod
    def _at(cls, shape: tuple[int, ...], channels: str) -> Pixels:
        _, first, second, third = shape
        return cls(third, first, second, True) if channels == "last" else cls(first, second, third)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
        return self.channels, self.height, self.width

    @property
    def raw_shape(self) -> tuple[int, int, int]:
        """The same in the order of the features."""
        return (self.height, self.width, self.channels) if self.is_channels_last else self.shape

    @property
    def count(self) -> int:
        """How many numbers an image has."""
        return self.channels * self.height * self.width

    @property
    def each(self) -> int:
        """How many numbers a channel has."""
        return self.height * self.width

    def arranged(self, raw: Array) -> Array:
        """Put the numbers of each channel together: (rows, numbers)."""
        if not self.is_channels_last or self.channels == 1:
            return raw
        return raw.reshape(len(raw), self.each, self.channels).swapaxes(1, 2).reshape(len(raw), -1)

    def pictures(self, raw: Array) -> Array:
        """Return rows of features as (rows, height, width, channels)."""
        images: Array = raw.reshape(len(raw), *self.raw_shape)
        return images if self.is_channels_last else images.transpose(0, 2, 3, 1)

    def rows(self, images: Array, where: str) -> Array:
        """Return images as rows of features.

        Args:
            images: (rows, numbers), or with the axes that the features have; one channel needs no axis.
            where: what messages call them.

        Raises:
            DataError: if they are others.
        """
        fitting = [self.raw_shape, (self.count,), *([(self.height, self.width)] if self.channels == 1 else [])]
        if images.shape[1:] not in fitting:
            shape = ", ".join(map(str, self.raw_shape))
            raise DataError(f"{where}: expected images (rows, {shape}), received {images.shape}")
        return images.reshape(len(images), -1) if images.ndim > 2 else images

    def __str__(self) -> str:
        """Say it in words."""
        return f"images of {self.channels} channel{'s' * (self.channels != 1)}, {self.height} by {self.width} pixels"
