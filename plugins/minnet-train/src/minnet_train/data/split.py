"""`Split`: which rows are trained on, which are looked at after every epoch, and which are kept to the end."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ..errors import DataError
from .dataset import Dataset


@frozen(eq=False)
class Split:
    """The rows of a data set, each in one part.

    Attributes:
        training: indices, ascending, as those of the others are.
        validation: empty if there is no such part.
        test: held out.
    """

    training: Array = field(repr=False)
    validation: Array = field(repr=False)
    test: Array = field(repr=False)

    @classmethod
    def draw(
        cls,
        dataset: Dataset,
        test_fraction: float,
        validation_fraction: float = 0.0,
        rng: int | np.random.Generator = 0,
        *,
        stratify: bool = True,
    ) -> Split:
        """Draw the parts, from each class alike if there are classes.

        The same generator draws the same test rows, whatever ``validation_fraction`` is.

        Args:
            dataset: of its targets, only classes matter.
            test_fraction: of all rows, between 0 and 1.
            validation_fraction: of all rows, too; 0 for no such part.
            rng: a seed or generator.
            stratify: whether classes count.

        Raises:
            DataError: if a class has too few samples to be in every part.

        >>> import numpy as np
        >>> data = Dataset("six", np.zeros((6, 1)), np.array([0, 0, 0, 1, 1, 1]), ("x", "y"))
        >>> split = Split.draw(data, 1 / 3, 1 / 3, rng=0)
        >>> len(split.training), len(split.validation), len(split.test)
        (2, 2, 2)
        """
        rng = np.random.default_rng(rng)
        classes = dataset.classes if stratify else ()
        labels = np.asarray(dataset.targets) if classes else np.zeros(len(dataset), np.int8)
        needed = 3 if validation_fraction else 2
        _expect_enough(dataset, classes, labels, needed)
        is_test = _drawn(labels, np.arange(len(labels)), test_fraction, needed - 1, rng)
        others = np.flatnonzero(~is_test)
        is_validation = np.zeros(len(labels), bool)
        if validation_fraction:
            is_validation = _drawn(labels, others, validation_fraction, 1, rng)
        is_training = ~(is_test | is_validation)
        return cls(np.flatnonzero(is_training), np.flatnonzero(is_validation), np.flatnonzero(is_test))


def _drawn(labels: Array, rows: Array, fraction: float, kept: int, rng: np.random.Generator) -> Array:
    """Draw among ``rows`` a fraction of all that are in a class, of each at least 1, so that ``kept`` are left."""
    is_drawn = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        candidates = rows[labels[rows] == label]
        wanted = round(int(np.sum(labels == label)) * fraction)
        count = min(max(wanted, 1), len(candidates) - kept)
        is_drawn[rng.choice(candidates, count, replace=False)] = True
    return is_drawn


def _expect_enough(dataset: Dataset, classes: tuple[int | str, ...], labels: Array, needed: int) -> None:
    """Check that every class, or the whole if there are none, has a row for each part."""
    parts = "one to train on" + (", one to validate" if needed == 3 else "") + " and one to hold out"
    counts = np.bincount(labels, minlength=len(classes))
    few = np.flatnonzero((counts < needed) & (counts > 0))
    if few.size == 0:
        return
    count = int(counts[few[0]])
    if not classes:
        raise DataError(f"{dataset.name}: expected at least {needed} rows, {parts}, received {count}")
    row = int(np.flatnonzero(labels == few[0])[0])
    integers = isinstance(classes[0], int)
    hint = '; task = "regression" in the source learns numbers rather than classes' if integers else ""
    raise DataError(
        f"{dataset.name}: expected at least {needed} rows of each class, {parts}, "
        f"received {count if count > 1 else 'one'} of {classes[few[0]]!r}, in {dataset.where(row)}{hint}"
    )
