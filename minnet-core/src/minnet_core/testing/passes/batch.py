"""`Batch`: what a pass is given."""

from __future__ import annotations

from attrs import evolve, frozen

from ...nn import Tensor, describe
from ..numerics import copied, rows


@frozen(eq=False)
class Batch:
    """What a pass is given.

    Attributes:
        input: of both methods.
        second: what ``backward`` gets besides it: the gradOutput of a layer, the target of a criterion.
        kind: where the input comes from, for messages.
    """

    input: Tensor
    second: Tensor
    kind: str = "drawn"

    def __str__(self) -> str:
        return f"{self.kind} input {describe(self.input)}"

    def rows(self, start: int, stop: int, kind: str | None = None) -> Batch:
        """Some of the samples."""
        index = slice(start, stop)
        return Batch(rows(self.input, index), rows(self.second, index), kind or self.kind)

    def copy(self) -> Batch:
        """A batch of copies of the arrays."""
        return evolve(self, input=copied(self.input), second=copied(self.second))
