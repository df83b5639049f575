"""Long axes: an index, or a count, in a small integer is right until an axis has more elements than that holds."""

from __future__ import annotations

import copy
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Set
from functools import partial
from itertools import pairwise, starmap
from typing import Any

import numpy as np
from attrs import evolve, frozen

from ...nn import Array, Fill, FilledShape, ShortTarget, fills
from ..check import check, fail, skip
from ..gradient_check import differentiable, magnitude, objective
from ..numerics import Line, are_equal, copied, format_number, map_arrays, named_arrays
from ..passes import Batch, forward, forward_backward, run
from ..trait_detection import problem_of_pass, rounds_to_float32
from ..trial import Trial
from .data import SHAPED
from .gradients import with_padding
from .protocol import SLOPES

KNOWN = (8, 100)
"""About how long an axis is where the component is taken at its word: an index of one signed byte holds these."""

LONG, LONGER, LONGEST = 400, 1_600, 90_000
"""More than a byte can count, and than 16 bits can; in between to see what that would cost.

Of both more than a quarter is beyond: so likely is it that the one maximum of an axis has an index that is wrong.
"""

MEMORY = 2**20
"""Bytes that a pass may take at `LONGER` if `LONGEST`, over fifty times as many, is to be tried."""

NEAR = 1e-7
"""Step of the differences: small, so that of thousands of elements hardly one comes across a kink."""

SHARE = 1e-2
"""How far a slope along random signs may be off, relative to the length of the gradient, which is its usual size.

Random signs add up elements as their root mean square: one of 10,000 equal ones that is wrong makes as much.
"""

WRAPS = (1, 2, 128, 256)
"""How far an index is from others that are no different in a byte, and from its neighbours."""

WITHOUT_ORDER, IN_ORDER = "it does not depend on the order", "it is in the order of the input"
ALIKE, AFTER = "equal elements give equal ones", "it does not depend on what is before"
REPEATED = "repetition changes nothing"
LAWS = frozenset({WITHOUT_ORDER, IN_ORDER, ALIKE, AFTER, REPEATED})

NO_SIZE = frozenset({"rng", "seed", "random_state"})


@frozen(eq=False)
class Growth:
    """A way to make a case larger.

    Attributes:
        what: what grows, for messages.
        length: how long that is in the case.
        case: makes the case with a length.
        axis: that of the input; None if only an argument grows.
        is_plain: whether the component stays the same, so that long inputs can be compared with short ones.
        is_of_indices: whether inputs are indices below the length.
    """

    what: str
    length: int
    case: Callable[[int], Any]
    axis: int | None = None
    is_plain: bool = False
    is_of_indices: bool = False

    def trial(self, trial: Trial, about: int) -> Trial:
        """A trial of the case with a multiple of its length, of about some elements at least."""
        length = self.rounded(about)
        return Trial(self.case(length), f"{self.what} {length} {trial.rng.integers(2**32)}", trial.traits)

    def rounded(self, about: int) -> int:
        """A multiple of the length, at least this."""
        return self.length * -(-about // self.length)


@check("data", level="wrong result", needs=[*SHAPED, *SLOPES, "stochastic_is_declared_rightly"])
def long_axes_are_treated_alike(trial: Trial) -> None:
    """What holds along short axes holds along axes of hundreds, and of tens of thousands where that costs little.

    (Along an axis whose elements are treated alike, each by itself, nothing is counted, and hundreds are enough.)

    Gradients are the slopes, along random signs; an output that does not depend on the order, on what came before, or
    on repetition, for some and for a hundred elements, does not for more. Each axis of the input is lengthened, and
    each integer argument of the constructor, where the component takes that.
    """
    if rounds_to_float32(trial, "train"):
        skip("forward rounds to float32, so that it has no slopes to compare with: see dtype_is_kept")
    tried = 0
    for growth in growths(trial):
        laws = _laws_that_hold(trial, growth)
        if laws is None:
            continue
        tried += 1
        for about in (LONG, *([LONGEST] if _looks_places_up(growth, laws) and _is_cheap(trial, growth) else [])):
            try:
                problem = _problem(growth.trial(trial, about), growth, laws, about)
            except OverflowError as error:
                problem = f"raised OverflowError: {error}"
            except Exception:  # it may well refuse so many
                break
            if problem:
                fail(
                    f"{problem}, where {growth.what} is {growth.rounded(about)}; it is right for {KNOWN[-1]}, "
                    "as with an index or a count that is kept in a small integer"
                )
    if not tried:
        skip("it takes no longer axes")


def growths(trial: Trial) -> Iterator[Growth]:
    """Yield the ways to make a case larger that its component takes."""
    case, arguments = trial.case, dict(trial.case.arguments)
    shape = case.shapes[0]
    shapes = list(_parts(shape))

    def lengthened(axis: int, old: int, changed: list[str], new: int) -> Any:
        given = {name: _replaced(arguments[name], old, new) for name in changed}
        return evolve(
            case,
            arguments={**arguments, **given},
            input=_resized(shape, axis, old, new),
            target=_beside(case.target, shape, axis, old, new),
        )

    axes = {(axis, length): None for part in shapes for axis, length in enumerate(part)}
    for axis, length in axes:
        sized = [name for name, value in arguments.items() if name not in NO_SIZE and _holds(value, length)]
        for changed in ([], sized) if sized else ([],):
            what = f"axis {axis} of the input{''.join(f' and {name}' for name in changed)}"
            growth = Growth(what, length, partial(lengthened, axis, length, changed), axis, not changed)
            if _runs(growth.trial(trial, KNOWN[0])):
                yield growth
                break
    for name, value in arguments.items():
        if type(value) is int and value > 0 and name not in NO_SIZE:

            def resized(length: int, name: str = name) -> Any:
                return evolve(case, arguments={**arguments, name: length})

            def indexed(length: int, name: str = name, value: int = value) -> Any:
                if any(fills(shape)):
                    return evolve(resized(length, name), input=_following(shape, value, length))
                return evolve(resized(length, name), draw=lambda rng, shape, dtype: rng.integers(0, length, shape))

            is_array = trial.takes_integers and len(shapes) == 1
            takes_more = _following(shape, value, -1) != shape if any(fills(shape)) else is_array
            for made in (indexed, resized) if takes_more else (resized,):
                growth = Growth(f"argument {name}", value, made, is_of_indices=made is indexed and is_array)
                if _runs(growth.trial(trial, KNOWN[0])):
                    yield growth
                    break


def _parts(shape: Any) -> Iterator[Any]:
    """The shapes of a table, nested or not; or the one that there is."""
    if isinstance(shape[0], tuple):
        for part in shape:
            yield from _parts(part)
    else:
        yield shape


def _resized(shape: Any, axis: int, old: int, new: int) -> Any:
    if isinstance(shape[0], tuple):
        return tuple(_resized(part, axis, old, new) for part in shape)
    lengths = tuple(new if (index, length) == (axis, old) else length for index, length in enumerate(shape))
    if not isinstance(shape, FilledShape):
        return lengths
    return FilledShape(lengths, shape.fill.following(old, new) if axis else shape.fill)  # none is bounded by the batch


def _following(shape: Any, old: int, new: int) -> Any:
    """The shape with indices and lengths below another bound, where they are below the old one."""
    if isinstance(shape[0], tuple):
        return tuple(_following(part, old, new) for part in shape)
    return FilledShape(tuple(shape), shape.fill.following(old, new)) if isinstance(shape, FilledShape) else shape


def _beside(target: Any, shape: Any, axis: int, old: int, new: int) -> Any:
    """The target for an input of which an axis is longer."""
    if not isinstance(target, ShortTarget):
        return target
    batch = next(_parts(_resized(shape, axis, old, new)))[0]

    def resized(beside: Any, fill: Fill) -> tuple[Any, Fill]:
        filled = _resized(FilledShape(beside or (batch,), fill), axis, old, new)
        return (batch, *filled[1:]) if beside else None, filled.fill

    return evolve(target, parts=tuple(starmap(resized, target.parts)))


def _holds(value: Any, length: int) -> bool:
    """Whether an argument is a length, or a list of integers with it."""
    return isinstance(value, (int, tuple, list)) and bool(_replaced(value, length, -1) != value)


def _replaced(value: Any, old: int, new: int) -> Any:
    if isinstance(value, (tuple, list)) and all(type(part) is int for part in value):
        return type(value)(new if part == old else part for part in value)
    return new if type(value) is int and value == old else value


def _runs(trial: Trial) -> bool:
    return problem_of_pass(trial) is None


def _laws_that_hold(trial: Trial, growth: Growth) -> Set[str] | None:
    """The laws that hold for short axes; None if not even the gradients do, or it takes none that are longer."""
    held: Set[str] | None = None
    try:
        for about in KNOWN:
            grown = growth.trial(trial, about)
            if _wrong_slope(grown):
                return None
            laws = _laws(grown, growth, about)
            held = laws if held is None else held & laws
    except Exception:  # it refuses them
        return None
    return held


def _problem(grown: Trial, growth: Growth, laws: Set[str], about: int) -> str | None:
    if about == LONGEST and _is_right_for_one_sample(grown, growth, laws):
        return None
    for _ in range(1 if about == LONGEST else 2):
        wrong = _wrong_slope(grown)
        if wrong:
            return wrong
    broken = laws - _laws(grown, growth, about, laws) if laws else set()
    return f"output: {min(broken)} for short axes, and not" if broken else None


def _is_right_for_one_sample(grown: Trial, growth: Growth, laws: Set[str]) -> bool:
    """Whether all holds in a batch of one sample, which costs least, and has as much to count along another axis."""
    shape = grown.case.shapes[0]
    batch = next(_parts(shape))[0]
    if growth.axis == 0 or batch == 1 or "batch-coupled" in grown.traits:
        return False
    alone = Trial(
        evolve(grown.case, input=_resized(shape, 0, batch, 1)), f"one {grown.rng.integers(2**32)}", grown.traits
    )
    try:
        return not _wrong_slope(alone) and (not laws or laws <= _laws(alone, growth, LONGEST, laws))
    except Exception:  # it may well refuse a single one
        return False


def _wrong_slope(grown: Trial) -> str | None:
    """Say which gradient is no slope along random signs, as far as there is a slope."""
    component, batch = grown.fresh(), grown.batch()
    results = run(copy.deepcopy(component), batch)
    if not all(np.isfinite(array).all() for array in results.values()):
        return None
    noise = 64 * np.finfo(np.float64).eps * magnitude(component, batch) / NEAR
    for name, array in differentiable(component, batch).items():
        line = Line(partial(objective, component, batch), array, grown.rng.choice([-1.0, 1.0], array.shape))
        analytic, numeric = line.along(results[name]), line.central(NEAR)
        margin = SHARE * max(float(np.linalg.norm(results[name])), abs(numeric)) + noise
        if abs(analytic - numeric) > margin:
            analytic = line.along(with_padding(grown, array, results[name], line.function))
        if abs(analytic - numeric) > margin and np.ptp([*line.one_sided(NEAR), *line.one_sided(NEAR / 4)]) < margin:
            return (
                f"{name} along random signs, {batch}: analytic {format_number(analytic)}, "
                f"numeric {format_number(numeric)}"
            )
    return None


def _laws(grown: Trial, growth: Growth, about: int, among: Set[str] = LAWS) -> Set[str]:
    """What holds of the output of a layer along an axis, in each mode; only laws that are among these are looked at."""
    axis = growth.axis
    if growth.is_of_indices and _tells_indices_apart(grown, growth.rounded(about)):
        return {"each index has its own"}
    if axis is None or grown.kind != "layer":
        return set()
    held = among
    for mode in grown.repeatable_modes:
        component, input, length = grown.fresh(mode), grown.draw_input(), growth.rounded(about)
        output = partial(_output, component, axis, length)
        whole, order = output(input, np.arange(length)), grown.rng.permutation(length)
        found = dict.fromkeys(LAWS, False)
        if held & {WITHOUT_ORDER, IN_ORDER}:
            others = output(input, order)
            found[WITHOUT_ORDER] = are_equal(others, whole, rtol=1e-6)
            found[IN_ORDER] = are_equal(others, _taken(whole, axis, order), rtol=1e-6)
        if ALIKE in held:
            same = [array for array in output(input, np.zeros(length, int)).values() if array.ndim > axis]
            found[ALIKE] = all(np.allclose(array, np.take(array, [0], axis), rtol=1e-6) for array in same)
        if AFTER in held and growth.is_plain:
            later = output(input, np.arange(length // 2, length))
            found[AFTER] = _is_end(later, whole, axis)
        if REPEATED in held and growth.is_plain:
            short = np.arange(growth.length)
            repeated = output(input, np.resize(short, length))
            found[REPEATED] = are_equal(repeated, output(input, short), rtol=1e-6)
        held = {law for law in held if found[law]}
    return held


def _tells_indices_apart(grown: Trial, length: int) -> bool:
    """Whether the last index has another output than those that a small integer would confuse it with."""
    component, input = grown.fresh(), grown.draw_input()
    last, *others = (
        dict(named_arrays("output", copied(forward(component, Batch(np.full_like(input, index), None)))))
        for index in (length - 1, *(length - 1 - wrap for wrap in WRAPS if wrap < length))
    )
    return not any(are_equal(other, last) for other in others)


def _output(component: Any, axis: int, length: int, input: Any, index: Array) -> dict[str, Array]:
    """The output for some elements of the axis, of those arrays that have it in this length."""

    def chosen(array: Array) -> Array:
        return np.take(array, index, axis) if array.shape[axis : axis + 1] == (length,) else array

    batch = Batch(map_arrays(chosen, input), None)
    return dict(named_arrays("output", copied(forward(copy.deepcopy(component), batch))))


def _taken(arrays: dict[str, Array], axis: int, index: Array) -> dict[str, Array]:
    return {
        name: np.take(array, index, axis) if array.ndim > axis and array.shape[axis] == len(index) else array
        for name, array in arrays.items()
    }


def _is_end(later: dict[str, Array], whole: dict[str, Array], axis: int) -> bool:
    """Whether arrays are the last part, along an axis, of others that are longer."""
    if any(array.ndim <= axis or array.shape[axis] >= whole[name].shape[axis] for name, array in later.items()):
        return False
    ends = {name: np.take(whole[name], np.arange(-array.shape[axis], 0), axis) for name, array in later.items()}
    return are_equal(later, ends, rtol=1e-6)


def _looks_places_up(growth: Growth, laws: Set[str]) -> bool:
    """Whether the elements of an axis may have to be counted: it is no axis along which each is treated by itself."""
    return growth.axis is not None and (IN_ORDER not in laws or WITHOUT_ORDER in laws)


def _is_cheap(trial: Trial, growth: Growth) -> bool:
    """Whether tens of thousands cost little, by what hundreds do: no loop over them, and memory in proportion."""
    if trial.kind != "layer":
        return False
    try:
        lines, size = _cost(growth.trial(trial, KNOWN[-1]))
        for length, longer in pairwise((KNOWN[-1], LONG, LONGER)):
            (few, small), (lines, size) = (lines, size), _cost(growth.trial(trial, longer))
            if lines > few + 4 or size > 1.5 * small * longer / length:
                return False
    except Exception:  # it may well refuse so many
        return False
    return size <= MEMORY


def _cost(grown: Trial) -> tuple[int, int]:
    """How many lines of Python a draw and a pass execute, and the most bytes that they hold at a time."""
    component, second = grown.fresh(), grown.batch().second
    lines = 0

    def count(frame: Any, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event in ("call", "line")
        return count

    before, was_tracing = sys.gettrace(), tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    start, _ = tracemalloc.get_traced_memory()
    sys.settrace(count)
    try:
        forward_backward(component, Batch(grown.draw_input(), second))
    finally:
        sys.settrace(before)
        _, peak = tracemalloc.get_traced_memory()
        if not was_tracing:
            tracemalloc.stop()
    return lines, peak - start
