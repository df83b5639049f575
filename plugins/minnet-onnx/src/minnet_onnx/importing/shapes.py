"""Other shapes of a value, parts of it, and what is put around it."""

from __future__ import annotations

import math

from minnet_core import Module, Sequential

from .use import Made, Use, layer, reads


@reads("Flatten")
def _flatten(use: Use) -> Module:
    axis = int(use.get("axis", 1))
    if axis != 1 and (axis >= 0 or axis % use.rank != 1):
        use.refuse(f"its axis is {axis}, where 1 was expected: the batch has to stay")
    return layer("Flatten", 1)


@reads("Reshape")
def _reshape(use: Use) -> Module:
    """The batch has to stay; one number for all of the rest is worked out."""
    lengths, known = _wanted(use), use.shape
    if lengths == [-1]:
        return layer("Flatten", 0)
    if not use.get("allowzero", 0):
        lengths = [known[axis] or 0 if not length and axis else length for axis, length in enumerate(lengths)]
    first, *rest = lengths
    sizes = [length for length in known[1:] if length is not None]
    is_whole = -1 in rest or math.prod(rest) == math.prod(sizes) or len(sizes) < len(known) - 1
    if first not in (0, -1, known[0]) or 0 in rest or not is_whole:
        use.refuse(f"it makes {lengths} of {known}, where the batch was expected to stay")
    return layer("Reshape", tuple(rest)) if rest else layer("Flatten", 0)


def _wanted(use: Use) -> list[int]:
    """The shape that is wanted; 0 for a length that is computed, and that of the same axis of what is taken."""
    name = use.inputs[1]
    if not isinstance(name, str) or name not in use.computed:
        return [int(each) for each in use.constant(1, "shape")]
    own = use.lengths.get(use.taken[0], ())
    wanted = [0 if own[axis : axis + 1] == (each,) else each for axis, each in enumerate(use.computed[name].tolist())]
    if not all(isinstance(each, int) for each in wanted):
        use.refuse(f"it makes {wanted} of {list(own)}, where the batch was expected to stay")
    return wanted


@reads("Transpose")
def _transpose(use: Use) -> Module:
    axes = tuple(int(each) for each in use.get("perm", reversed(range(use.rank))))
    if sorted(axes) != list(range(use.rank)):
        use.refuse(f"its perm is {list(axes)}, where each of {use.rank} axes was expected once")
    moved = [axis for axis, source in enumerate(axes) if axis != source]
    return layer("Transpose", *(moved if len(moved) == 2 else axes))


@reads("Squeeze")
def _squeeze(use: Use) -> Made:
    axes = use.numbers(1, "axes")
    if axes is None:
        axes = [axis for axis, length in enumerate(use.shape) if length == 1]
    places = sorted((axis % use.rank for axis in axes), reverse=True)
    return _in_turn([layer("Squeeze", axis) for axis in places])


@reads("Unsqueeze")
def _unsqueeze(use: Use) -> Made:
    axes = use.numbers(1, "axes") or []
    places = sorted(axis % (use.rank + len(axes)) for axis in axes)
    return _in_turn([layer("Unsqueeze", axis) for axis in places])


@reads("Concat")
def _concat(use: Use) -> Made:
    if len(use.taken) != len(use.inputs):
        use.refuse("it takes constants")
    return None if len(use.taken) == 1 else layer("JoinTable", int(use.get("axis", 0)))


@reads("Slice")
def _slice(use: Use) -> Made:
    starts, ends = use.numbers(1, "starts"), use.numbers(2, "ends")
    if starts is None or ends is None:
        use.refuse("it has no starts and ends")
    axes = use.numbers(3, "axes") or list(range(len(starts)))
    steps = use.numbers(4, "steps") or [1] * len(starts)
    if set(steps) != {1}:
        use.refuse(f"its steps are {steps}, where 1 was expected")
    return _in_turn([_narrow(use, *each) for each in zip(axes, starts, ends, strict=True)])


@reads("Split")
def _split(use: Use) -> Made:
    axis, count = int(use.get("axis", 0)), len(use.outputs)
    length = use.shape[axis]
    lengths = use.numbers(1, "split")
    if lengths is None:
        if length is None or length % count:
            use.refuse(f"it does not say how axis {axis} is divided")
        lengths = [(length or 0) // count] * count
    starts = [sum(lengths[:index]) for index in range(count)]
    return tuple(layer("Narrow", axis, start, its) for start, its in zip(starts, lengths, strict=True))


@reads("Pad")
def _pad(use: Use) -> Made:
    widths, mode = use.numbers(1, "pads"), use.get("mode", "constant")
    number = use.optional(2, "value") if "value" not in use.attributes else None
    value = float(use.get("value", 0.0)) if number is None else float(number)
    if widths is None:
        use.refuse("it does not say what is put around")
    axes = use.numbers(3, "axes")
    if axes is not None:
        some = dict(
            zip((axis % use.rank for axis in axes), zip(widths, widths[len(axes) :], strict=False), strict=True)
        )
        widths = [some.get(axis, (0, 0))[end] for end in (0, 1) for axis in range(use.rank)]
    around = list(zip(widths[: use.rank], widths[use.rank :], strict=True))
    if mode == "reflect" and use.rank == 4 and around[:2] == [(0, 0), (0, 0)]:
        return layer("ReflectionPad2d", (*around[3], *around[2]))
    if mode != "constant" or min(widths) < 0 or around[0] != (0, 0):
        use.refuse(f"its mode is {mode} and its pads are {widths}")
    pads = [(axis, way) for axis, (low, high) in enumerate(around) for way in (-low, high) if way]
    return _in_turn([layer("Padding", axis, way, value) for axis, way in pads])


def _narrow(use: Use, axis: int, start: int, end: int) -> Module:
    length = use.shape[axis]
    if length is not None:
        start, end = (min(max(each + length if each < 0 else each, 0), length) for each in (start, end))
        if start >= end:
            use.refuse(f"it leaves nothing of axis {axis}")
        return layer("Narrow", axis, start, end - start)
    if end < 0:
        return layer("Narrow", axis, start, end - 1)
    if end >= 2**31 - 1:
        return layer("Narrow", axis, start, -1)
    return layer("Narrow", axis, start, end - start)


def _in_turn(modules: list[Module]) -> Made:
    """One after another; nothing if there is none."""
    return modules[0] if len(modules) == 1 else Sequential(*modules) if modules else None
