"""`Recall`: how many samples of a class are found."""

from __future__ import annotations

from minnet_core import Array

from .averaged import Averaged
from .references import averaged_examples


class Recall(Averaged):
    """The fraction of the samples of a class that are predicted to be of it; its sensitivity.

    scikit-learn: ``recall_score``.

    Args:
        average: ``binary`` for that of the class ``pos_label`` alone, of two; ``macro`` for the mean of the classes;
            ``weighted`` for the mean weighted by the samples of each class; ``micro`` for one of all samples.
        pos_label: the index of the class that ``binary`` is about.

    >>> import numpy as np
    >>> recall = Recall("macro")
    >>> recall.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> recall.name, recall.compute()
    ('recall_macro', 0.75)
    """

    EXAMPLES = averaged_examples("recall_score")

    def _parts(self, right: Array, predicted: Array, support: Array) -> tuple[Array, Array]:
        return right, support
