"""`F1`: the harmonic mean of precision and recall."""

from __future__ import annotations

from minnet_core import Array

from .averaged import Averaged
from .references import averaged_examples


class F1(Averaged):
    """The harmonic mean of the precision and the recall of a class.

    scikit-learn: ``f1_score``.

    Args:
        average: ``binary`` for that of the class ``pos_label`` alone, of two; ``macro`` for the mean of the classes;
            ``weighted`` for the mean weighted by the samples of each class; ``micro`` for one of all samples.
        pos_label: the index of the class that ``binary`` is about.

    >>> import numpy as np
    >>> f1 = F1()
    >>> f1.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> f1.name, round(f1.compute(), 3)
    ('f1', 0.667)
    """

    EXAMPLES = averaged_examples("f1_score")

    def _parts(self, right: Array, predicted: Array, support: Array) -> tuple[Array, Array]:
        return 2 * right, predicted + support
