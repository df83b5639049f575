"""`Precision`: how often a prediction of a class is right."""

from __future__ import annotations

from minnet_core import Array

from .averaged import Averaged
from .references import averaged_examples


class Precision(Averaged):
    """The fraction of the samples predicted to be of a class that are of it.

    scikit-learn: ``precision_score``.

    Args:
        average: ``binary`` for that of the class ``pos_label`` alone, of two; ``macro`` for the mean of the classes;
            ``weighted`` for the mean weighted by the samples of each class; ``micro`` for one of all samples.
        pos_label: the index of the class that ``binary`` is about.

    >>> import numpy as np
    >>> precision = Precision()
    >>> precision.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> precision.name, precision.compute()
    ('precision', 0.5)
    """

    EXAMPLES = averaged_examples("precision_score")

    def _parts(self, right: Array, predicted: Array, support: Array) -> tuple[Array, Array]:
        return right, predicted
