"""`Footprint`: where the kernel of a convolution lies on an image."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from attrs import evolve, frozen

from minnet_core import ShapeError
from minnet_core.nn import positive_int

from ..images import integers
from .convolution_arguments import MODES

Pair: TypeAlias = tuple[int, int]

LEAST_RUN = 128
"""How many numbers must lie side by side in memory for products row by row to be worth their calls."""


class Position(NamedTuple):
    """One position in the kernel: what it meets, and the outputs in which it meets anything but padding."""

    rows: slice
    columns: slice
    output_rows: slice
    output_columns: slice


class Plan(NamedTuple):
    """How a footprint lies on an image of one size.

    Attributes:
        counts: rows and columns of the output.
        positions: in the kernel, each with its row and column there.
        columns: the same of one row of the kernel, for all rows of the image.
        is_inside: whether no position ever meets padding.
        is_plain: whether the kernel is one number that meets each of the image once.
        by_rows: whether products row by row serve both the output and the gradient of the parameters.
        back_by_rows: whether they serve the gradient of the input.
    """

    counts: Pair
    positions: tuple[tuple[int, int, Position], ...]
    columns: tuple[tuple[int, slice, slice], ...]
    is_inside: bool
    is_plain: bool
    by_rows: bool
    back_by_rows: bool


@frozen(cache_hash=True)
class Footprint:
    """How the kernel of a convolution is laid on images; each pair is of rows and columns.

    A sequence is an image of one row.

    Attributes:
        kernel_size: rows and columns of the kernel.
        stride: from one output to the next.
        dilation: from one number that the kernel meets to the next.
        padding: how much is added before and after, of each axis.
        mode: what is added, one of ``MODES``.
        groups: of channels, each convolved by itself.
    """

    kernel_size: Pair
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))
    mode: str = "zeros"
    groups: int = 1

    @classmethod
    def of_arguments(
        cls, owner: str, axes: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any, groups: Any, mode: Any
    ) -> Footprint:
        """Read the arguments of a layer, each a number or one for each axis.

        Raises:
            TypeError, ValueError: if one is no such thing, or ``padding="same"`` meets a stride.
        """
        kernel_size = integers(owner, "kernel_size", kernel_size, axes)
        stride, dilation = integers(owner, "stride", stride, axes), integers(owner, "dilation", dilation, axes)
        if mode not in MODES:
            raise ValueError(f"{owner}: expected padding_mode to be one of {', '.join(MODES)}, received {mode!r}")
        if padding == "same":
            if set(stride) != {1}:
                raise ValueError(f'{owner}: expected stride 1 beside padding="same", received {stride}')
            spans = [step * (size - 1) for step, size in zip(dilation, kernel_size, strict=True)]
            pads = tuple((span // 2, span - span // 2) for span in spans)
        elif isinstance(padding, str) and padding != "valid":
            raise ValueError(f'{owner}: expected padding to be numbers, "same" or "valid", received {padding!r}')
        else:
            pads = tuple(
                (pad, pad) for pad in integers(owner, "padding", 0 if padding == "valid" else padding, axes, 0)
            )
        alone = 2 - axes  # the axis that a sequence has not
        return cls(
            (1,) * alone + kernel_size,
            (1,) * alone + stride,
            (1,) * alone + dilation,
            ((0, 0),) * alone + pads,
            mode,
            positive_int(owner, "groups", groups),
        )

    def counts(self, lengths: Pair) -> Pair:
        """Count the outputs along each axis: those for which the whole kernel finds room.

        Raises:
            ShapeError: if it finds none.
        """
        return _counts(self, lengths)

    def expect_borders(self, lengths: Pair) -> None:
        """Check that images are large enough to take the padding from.

        Raises:
            ShapeError: if they are not.
        """
        least = {"reflect": 1, "circular": 0}.get(self.mode)
        if least is None:
            return
        for length, pads in zip(lengths, self.padding, strict=True):
            if max(pads) and max(pads) > length - least:
                raise ShapeError(
                    f"expected at least {max(pads) + least} numbers along an axis that is padded by {max(pads)} in "
                    f"mode {self.mode}, received {length}"
                )

    def plan(self, lengths: Pair, counts: Pair, batch: int) -> Plan:
        """Say where the kernel lies on images of a size, and how to multiply for it."""
        return _plan(self, lengths, counts, batch)

    def without_padding(self) -> Footprint:
        """The same on images that are padded already."""
        return _without_padding(self)

    def words(self, axes: int) -> str:
        """Write it as layers are printed: ``3x3, stride 2``."""
        first = 2 - axes
        short = ["x".join(map(str, pair[first:])) for pair in (self.kernel_size, self.stride, self.dilation)]
        before, after = (tuple(pads[end] for pads in self.padding)[first:] for end in (0, 1))
        pad = "x".join(map(str, before)) if before == after else "x".join(f"{a}+{b}" for a, b in self.padding[first:])
        said = [short[0]]
        said += [f"stride {short[1]}"] * (set(self.stride) != {1}) + [f"padding {pad}"] * any(before + after)
        said += [f"dilation {short[2]}"] * (set(self.dilation) != {1}) + [f"groups {self.groups}"] * (self.groups > 1)
        return ", ".join(said + [self.mode] * (self.mode != "zeros"))


@lru_cache(maxsize=256)
def _counts(footprint: Footprint, lengths: Pair) -> Pair:
    counts = tuple(
        (length + before + after - step * (size - 1) - 1) // stride + 1
        for length, (before, after), size, stride, step in zip(
            lengths, footprint.padding, footprint.kernel_size, footprint.stride, footprint.dilation, strict=True
        )
    )
    if min(counts) < 1:
        raise ShapeError(f"expected images on which a kernel of {footprint.words(2)} finds room, received {lengths}")
    return counts  # type: ignore[return-value]  # as many as lengths


@lru_cache(maxsize=256)
def _without_padding(footprint: Footprint) -> Footprint:
    return evolve(footprint, padding=((0, 0), (0, 0)), mode="zeros")


@lru_cache(maxsize=256)
def _plan(footprint: Footprint, lengths: Pair, counts: Pair, batch: int) -> Plan:
    (kh, kw), (sh, sw), (dh, _) = footprint.kernel_size, footprint.stride, footprint.dilation
    by_axis = [
        _along_axis(length, count, size, stride, pad[0], step)
        for length, count, size, stride, pad, step in zip(
            lengths,
            counts,
            footprint.kernel_size,
            footprint.stride,
            footprint.padding,
            footprint.dilation,
            strict=True,
        )
    ]
    rows, columns = by_axis
    is_inside = all(out == slice(0, count) for found, count in zip(by_axis, counts, strict=True) for _, _, out in found)
    is_inside = is_inside and len(rows) == kh and len(columns) == kw
    long_enough = counts[1] * batch >= LEAST_RUN
    return Plan(
        counts,
        tuple((i, j, Position(r, c, y, x)) for (i, r, y), (j, c, x) in product(rows, columns)),
        tuple(columns),
        is_inside,
        (kh, kw, sh, sw) == (1, 1, 1, 1) and is_inside and counts == lengths,
        long_enough and dh == 1 and sh < kh,
        long_enough and dh == 1 and sh == 1 and kh > 1,
    )


def _along_axis(length: int, count: int, size: int, stride: int, pad: int, step: int) -> list[tuple[int, slice, slice]]:
    """The index of a position in the kernel, what it meets, and in which outputs; those that meet nothing left out."""
    found = []
    for index in range(size):
        offset = index * step - pad
        first = max(0, -(offset // stride))
        last = min(count - 1, (length - 1 - offset) // stride)
        if first <= last:
            start = first * stride + offset
            found.append((index, slice(start, last * stride + offset + 1, stride), slice(first, last + 1)))
    return found
