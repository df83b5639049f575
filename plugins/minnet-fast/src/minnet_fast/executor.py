"""`FastExecutor`: executes the tables of `minnet_core.compilation` in C, as far as its kernels go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeAlias

from minnet_core import Array, Optimizer
from minnet_core.compilation import BoundRow, Group, Late, NumpyExecutor, operations

from .accelerating import twin_of
from .loading import describe, extension

if TYPE_CHECKING:
    from . import kernels
else:
    kernels = extension

Run: TypeAlias = Callable[[], None]

_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "clip": ("low", "high"),
    "keep_between": ("low", "high"),
    "keep_beyond": ("low", "high"),
    "threshold": ("threshold", "value"),
    "scale_shift": ("scale", "shift"),
    "soft_shrink": ("lambd",),
    "leaky_relu": ("slope",),
    "leaky_relu_back": ("slope",),
    "elu": ("alpha",),
    "elu_back": ("alpha",),
    "gelu": ("approximate",),
    "gelu_with_slope": ("approximate",),
    "batch_norm": ("eps",),
    "draw_keep": ("p",),
    "drop": ("scale",),
}
"""Operation -> the numbers that its kernel takes, in their order; none for the others."""

_CODES: Mapping[Any, float] = {"none": 0.0, "tanh": 1.0}
"""What is a text in the definition -> the number for it."""

_NOT_NUMBERS: Mapping[str, frozenset[str]] = {
    "draw_keep": frozenset({"rng"}),
    "nll": frozenset({"refuse"}),
    "weighted_nll": frozenset({"total"}),
}
"""Operation -> what else its definition is given, which its kernel has no use for, or gets as an operand."""

_WINDOW = ("window", "stride", "padding", "dilation")
_SPATIAL: Mapping[str, tuple[str, ...]] = {
    "convolution": _WINDOW[1:],
    "convolution_back": _WINDOW[1:],
    "convolution_weights": _WINDOW[1:],
    "channel_sums": (),
    "max_pool": _WINDOW,
    "max_pool_back": _WINDOW,
    "average_pool": _WINDOW,
    "average_pool_back": _WINDOW,
}
"""Operation on images -> the pairs of numbers that its kernel takes, in their order."""


class FastExecutor:
    """Executes rows in C, one call for as many as follow each other, and leaves to NumPy what no kernel takes.

    No kernel takes arrays but those of float32, and of a step, input and target that are not contiguous.
    The results are those of NumPy up to rounding, and what is drawn is the same.
    """

    @property
    def description(self) -> str:
        """What it computes with, in a line for ``minnet doctor``."""
        return describe()

    def bind(self, groups: Sequence[Group]) -> Run:
        """Prepare the execution of groups, in their order."""
        runs = list(_runs(groups))
        if len(runs) == 1:
            return runs[0]

        def run() -> None:
            for each in runs:
                each()

        return run

    def bind_update(self, optimizer: Optimizer) -> Callable[[Array, Array], None] | None:
        """Prepare a step of an optimizer that has a twin; None for others."""
        twin: Any = twin_of(type(optimizer))
        if twin is None:
            return None
        other = twin.__new__(twin)
        other.__dict__ = vars(optimizer)  # one and the same: what either sets, both have
        step: Callable[[Array, Array], None] = other.step_on
        return step

    def __repr__(self) -> str:
        return "fast"


def _runs(groups: Sequence[Group]) -> Iterator[Run]:
    """Divide groups into stretches that C executes and what is left to NumPy between them."""
    rows: list[tuple[Any, ...]] = []
    known: list[Group] = []
    for group in groups:
        for position, row in enumerate(group.rows):
            written = _written(
                row, joins=position > 0 and bool(known) and known[-1].rows[0] is group.rows[position - 1]
            )
            is_taken = written is not None and kernels.takes(written)
            if rows and (not is_taken or _takes_target(row)):
                yield _stretch(tuple(rows), known)
                rows, known = [], []
            if written is None or not is_taken:
                yield NumpyExecutor().bind([Group([row], group.blocks_of)])
                continue
            rows.append(written)
            known.append(Group([row], group.blocks_of))
            if _takes_target(row):
                yield _stretch(tuple(rows), known)
                rows, known = [], []
    if rows:
        yield _stretch(tuple(rows), known)


def _takes_target(row: BoundRow) -> bool:
    """Whether a row takes the target, of any dtype: it is alone, lest it keep others from being executed in C."""
    return row.operation is not operations.product and any(isinstance(operand, Late) for operand in row.operands)


def _written(row: BoundRow, joins: bool) -> tuple[Any, ...] | None:
    """Write a row as `kernels.Program` reads it; None if it is no operation that has a kernel."""
    name = row.operation.name
    if getattr(operations, name, None) is not row.operation:
        return None
    if name in _SPATIAL:
        pairs = tuple(number for key in _SPATIAL[name] for number in row.numbers[key])
        pairs += (row.numbers["counts_padding"],) if "counts_padding" in row.numbers else ()
        read = row.operands[::2] if name == "max_pool_back" else row.operands  # of which it finds the maxima itself
        return name, (*read, *row.results), pairs, row.accumulate, False
    numbers = dict(row.numbers)
    others = {key: numbers.pop(key) for key in _NOT_NUMBERS.get(name, ()) if key in numbers}
    if tuple(sorted(numbers)) != tuple(sorted(_NUMBERS.get(name, ()))):
        return None
    operands = (*row.operands, *row.results)
    if name == "draw_keep":
        operands = (others["rng"].bit_generator.capsule, *operands)
    values = tuple(numbers[each] for each in _NUMBERS.get(name, ()))
    return name, operands, tuple(_CODES.get(value, value) for value in values), row.accumulate, joins


def _stretch(rows: tuple[tuple[Any, ...], ...], known: Sequence[Group]) -> Run:
    """Make what executes rows in C, or by NumPy when the input or target is one that C does not take."""
    program = kernels.Program(rows)
    by_numpy: list[Run] = []
    generators = [row.numbers["rng"] for group in known for row in group.rows if row.operation is operations.draw_keep]
    locks = list({id(rng.bit_generator): rng.bit_generator.lock for rng in generators}.values())

    def run() -> None:
        if not program.run():
            if not by_numpy:
                by_numpy.append(NumpyExecutor().bind(known))
            by_numpy[0]()

    def run_with_locks() -> None:
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            is_done = program.run()
        if not is_done:
            run()

    return run_with_locks if locks else run


executor = describe() if extension is None else FastExecutor()
"""What the entry point names; a text that says why there is no extension, if there is none."""
