"""`ConformanceCollector`: the node of a `Conformance` in pytest's tree, which makes its items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .declaration import Conformance
from .expansion import Proof, expand, marks, told_by
from .item import ConformanceItem

if TYPE_CHECKING:
    from minnet_core.testing import Case


class ConformanceCollector(pytest.Collector):
    """Collects an item for every check of every case.

    Args:
        conformance: what the test file says.
    """

    def __init__(self, *, conformance: Conformance, **known: Any) -> None:
        super().__init__(**known)
        self.conformance = conformance

    def collect(self) -> Iterator[ConformanceItem]:
        """Make the items.

        Raises:
            pytest.Collector.CollectError: if a subject cannot be found, or says too little to be checked.
        """
        with told_by(self.name):
            proofs = expand(self.conformance)
        for proof in proofs:
            yield from self._items(proof)

    def _items(self, proof: Proof) -> Iterator[ConformanceItem]:
        from minnet_core.testing import Examination

        items: dict[str, ConformanceItem] = {}

        def again(_: Case, check: str) -> str:
            return items[check].command()  # which runs wherever the tests do

        examination = Examination(proof.case, again)
        for check in proof.checks:
            items[check.name] = ConformanceItem.from_parent(
                self,
                name=proof.test_id(check),
                examination=examination,
                check=check,
                title=f"{proof.id}: {check.name}",
                line=self._line(),
                marks=marks(proof.case, check),
            )
        yield from items.values()

    def _line(self) -> int | None:
        declared = self.conformance
        return declared.line - 1 if Path(declared.file) == self.path else None
