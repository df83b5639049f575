"""`Dataset`: features and classes, as a source gives them."""

from __future__ import annotations

import hashlib
from typing import Any

from attrs import field, frozen

from minnet_core import Array

from .errors import DataError


@frozen(eq=False)
class Dataset:
    """Rows of features, each with a class.

    Attributes:
        name: what messages call it.
        features: float32 (rows, columns), as the source has them: not scaled.
        labels: integers (rows,), each an index into ``classes``.
        classes: the names of the classes: integers or texts, sorted.
        columns: the names of the features, all different, or None.
        attribution: who made it, printed with every use; empty if nobody asks for that.
    """

    name: str
    features: Array = field(repr=False)
    labels: Array = field(repr=False)
    classes: tuple[int, ...] | tuple[str, ...]
    columns: tuple[str, ...] | None = field(default=None, repr=False)
    attribution: str = field(default="", repr=False)

    @labels.validator
    def _one_label_a_row(self, _: Any, labels: Array) -> None:
        if self.features.ndim != 2 or labels.shape != self.features.shape[:1]:
            raise DataError(
                f"{self.name}: expected features (rows, columns) and labels (rows,), "
                f"received {self.features.shape} and {labels.shape}"
            )

    def fingerprint(self) -> str:
        """Return a hash of features, labels and classes: another one means that the data have changed."""
        content = hashlib.sha256(repr((self.features.shape, self.classes)).encode())
        content.update(self.features.astype("<f4").tobytes())
        content.update(self.labels.astype("<i8").tobytes())
        return content.hexdigest()
