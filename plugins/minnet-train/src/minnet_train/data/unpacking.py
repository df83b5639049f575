"""`expect_plausible_size`: a packed file is refused by what its header says before memory is asked for."""

from __future__ import annotations

from ..errors import DataError

LARGE = 2**31
"""Bytes that are unpacked without a question."""

USUAL_RATIO = 200
"""How many times larger than packed numbers may be that take more: images of digits are 5, one-hot rows 100."""

HIGHEST_RATIO = 1100
"""Deflate makes nothing smaller than by a factor of 1032."""


def expect_plausible_size(name: str, packed: int, unpacked: int) -> None:
    """Check what a packed array would take.

    Args:
        name: what messages call it.
        packed: bytes in the file.
        unpacked: bytes in memory, by its header.

    Raises:
        DataError: if it would be impossibly much, or so much that the file must be meant to fill the memory.

    >>> expect_plausible_size("digits.npz", 10_000_000, 47_040_000)
    >>> expect_plausible_size("zeros.npz", 7_000_000, 8_000_000_000)
    Traceback (most recent call last):
    ...
    minnet_train.errors.DataError: zeros.npz: expected an array of a size that its file may have, received 7,000,000 bytes that unpack to 8,000,000,000; one that is stored unpacked is mapped, whatever its size
    """  # noqa: E501  # a message is one line
    ratio = unpacked / max(packed, 1)
    if (unpacked > 2**20 and ratio > HIGHEST_RATIO) or (unpacked > LARGE and ratio > USUAL_RATIO):
        raise DataError(
            f"{name}: expected an array of a size that its file may have, received {packed:,} bytes that unpack to "
            f"{unpacked:,}; one that is stored unpacked is mapped, whatever its size"
        )
