"""`Sklearn`: the data sets that come with scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core.nn import Example

from ...errors import DataError
from ...extras import import_extra
from ..dataset import Dataset
from .npy import as_targets
from .source import Source


class Sklearn(Source):
    """A data set that comes with scikit-learn: ``pip install 'minnet-train[sklearn]'``.

    Args:
        name: what stands after ``load_`` in ``sklearn.datasets``: ``iris``, ``wine``, ``breast_cancer``, ``diabetes``,
            ``digits``, ``linnerud``.
        options: arguments of that function: ``n_class = 5`` of the digits.
    """

    EXAMPLES = (
        Example(arguments={"name": "iris"}),
        Example(arguments={"name": "diabetes"}),
    )

    def __init__(self, name: str, **options: Any) -> None:
        self.name = name.removeprefix("load_")
        self.options = options

    def load(self) -> Dataset:
        """Load it.

        Raises:
            DataError: if there is no such data set, or it has no features and targets.
            MissingLibraryError: if scikit-learn is not installed.
        """
        module = import_extra("sklearn.datasets", "sklearn", "Data sets of scikit-learn")
        known = sorted(name.removeprefix("load_") for name in module.__all__ if name.startswith("load_"))
        if self.name not in known:
            raise DataError(f"Sklearn: expected one of {', '.join(known)}, received {self.name!r}")
        try:
            bunch = getattr(module, f"load_{self.name}")(**self.options)
            features, targets = np.asarray(bunch.data), np.asarray(bunch.target)
        except (ImportError, TypeError, ValueError, AttributeError) as error:
            raise DataError(
                f"Sklearn: expected a data set with features and targets in load_{self.name}: {error}"
            ) from error
        targets, classes = as_targets(targets, None, self.name)
        names = getattr(bunch, "target_names", None)
        if classes and names is not None and len(names) == len(classes):
            classes, targets = _named([str(name) for name in names], targets, classes)
        outputs = (
            tuple(map(str, names)) if not classes and names is not None and len(names) == targets.shape[1] else None
        )
        columns = tuple(map(str, getattr(bunch, "feature_names", ()))) or None
        return Dataset(self.name, features, targets, classes, columns, outputs)


def _named(names: list[str], targets: Any, classes: Any) -> tuple[Any, Any]:
    """Call the classes by their names, and sort these; digits stay integers."""
    if names == [str(number) for number in classes]:
        return classes, targets
    order = sorted(range(len(names)), key=names.__getitem__)
    return tuple(names[index] for index in order), np.argsort(order)[targets]
