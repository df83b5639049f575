"""`Split`: which rows are trained on, which are looked at after every epoch, and which are kept to the end."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ..errors import DataError
from .dataset import Dataset
from .drawing import deal_groups, deal_rows, draw_groups, draw_of_each_class, draw_rows, last_rows

USUAL_VALIDATION = 0.1
"""The fraction of what is not held out that is the validation part, if nobody says how much."""


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
        validation_fraction: float | None = 0.0,
        rng: int | np.random.Generator = 0,
        *,
        stratify: bool = True,
    ) -> Split:
        """Draw the parts, from each class alike if there are classes.

        No group is in two parts, if the data have groups. If they have an order, the last rows are held out, and those
        before them are the validation part. The same generator draws the same test rows, whatever
        ``validation_fraction`` is.

        Args:
            dataset: of its targets, only classes matter.
            test_fraction: of all rows, between 0 and 1.
            validation_fraction: of all rows, too; 0 for no such part; None for a tenth of what is not held out, but of
                no class that has less than three rows then.
            rng: a seed or generator.
            stratify: whether classes count.

        Raises:
            DataError: if a class, or the whole, has too few samples, groups or times to be in every part.

        >>> import numpy as np
        >>> data = Dataset("six", np.zeros((6, 1)), np.array([0, 0, 0, 1, 1, 1]), ("x", "y"))
        >>> split = Split.draw(data, 1 / 3, 1 / 3, rng=0)
        >>> len(split.training), len(split.validation), len(split.test)
        (2, 2, 2)
        """
        rng = np.random.default_rng(rng)
        labels, rows = _labels(dataset, stratify), np.arange(len(dataset))
        needed = 3 if validation_fraction else 2
        _expect_enough(dataset, labels, needed, stratify)
        if dataset.order is not None:
            is_test = last_rows(dataset.order, rows, test_fraction, needed - 1)
        elif dataset.groups is not None:
            is_test = draw_groups(labels, dataset.groups, rows, test_fraction, needed - 1, rng)
        else:
            is_test = draw_rows(labels, rows, test_fraction, needed - 1, rng)
        return cls._of(dataset, labels, is_test, validation_fraction, rng)

    @classmethod
    def fold(
        cls,
        dataset: Dataset,
        fold: int,
        folds: int,
        validation_fraction: float | None = None,
        rng: int | np.random.Generator = 0,
        *,
        stratify: bool = True,
    ) -> Split:
        """Hold one of several folds out: each row is in exactly one of them.

        The rows of each class, and all rows, are as many in each fold to within one; with groups, no group is in two
        folds, and the classes are as even as that allows.

        Args:
            dataset: of its targets, only classes matter.
            fold: which one, from 0.
            folds: how many.
            validation_fraction: as in `draw`.
            rng: a seed or generator, the same for all folds.
            stratify: whether classes count.

        Raises:
            DataError: if there are too few rows or groups, or the data have an order.
        """
        rng = np.random.default_rng(rng)
        labels = _labels(dataset, stratify)
        if dataset.order is not None:
            raise DataError(
                f"{dataset.name}: expected rows without an order for folds, which mix earlier and later ones"
            )
        _expect_enough(dataset, labels, 3 if validation_fraction else 2, stratify)
        what, count = ("rows", len(dataset)) if dataset.groups is None else ("groups", len(np.unique(dataset.groups)))
        if count < folds:
            raise DataError(f"{dataset.name}: expected at least {folds} {what}, one for each fold, received {count}")
        if dataset.groups is None:
            fold_of = deal_rows(labels, folds, rng)
        else:
            fold_of = deal_groups(labels, dataset.groups, folds, rng)
        return cls._of(dataset, labels, fold_of == fold, validation_fraction, rng)

    @classmethod
    def _of(
        cls, dataset: Dataset, labels: Array, is_test: Array, fraction: float | None, rng: np.random.Generator
    ) -> Split:
        """Divide what is not held out."""
        others = np.flatnonzero(~is_test)
        is_validation = np.zeros(len(labels), bool)
        of_others = USUAL_VALIDATION if fraction is None else min(fraction * len(labels) / len(others), 0.99)
        if dataset.order is not None and fraction != 0:
            if _several(dataset.order[others]):
                is_validation = last_rows(dataset.order, others, of_others, 1)
        elif dataset.groups is not None and fraction != 0:
            if _several(dataset.groups[others]):
                is_validation = draw_groups(labels, dataset.groups, others, of_others, 1, rng)
        elif fraction is None:
            is_validation = draw_of_each_class(labels, others, of_others, rng)
        elif fraction:
            is_validation = draw_rows(labels, others, fraction, 1, rng)
        is_training = ~(is_test | is_validation)
        return cls(np.flatnonzero(is_training), np.flatnonzero(is_validation), np.flatnonzero(is_test))


def _labels(dataset: Dataset, stratify: bool) -> Array:
    is_classes = dataset.classes and stratify
    return np.asarray(dataset.targets) if is_classes else np.zeros(len(dataset), np.int8)


def _several(values: Array) -> bool:
    return bool((values != values[0]).any())


def _expect_enough(dataset: Dataset, labels: Array, needed: int, stratify: bool) -> None:
    """Check that every class, or the whole if there are none, has a row for each part, or a group or a time."""
    parts = "one to train on" + (", one to validate" if needed == 3 else "") + " and one to hold out"
    for what, values in (("groups", dataset.groups), ("times", dataset.order)):
        if values is not None:
            count = len(np.unique(values))
            if count < needed:
                raise DataError(f"{dataset.name}: expected at least {needed} {what}, {parts}, received {count}")
            return
    classes = dataset.classes if stratify else ()
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
