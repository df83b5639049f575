"""`CMinTable`: the smallest number of each place."""

from __future__ import annotations

import numpy as np

from minnet_core import Example

from .extremum import Extremum


class CMinTable(Extremum):
    r"""Takes the smallest number of each place of the arrays of a table; all of one shape.

    .. math:: y = \min_i x_i

    Backward, with :math:`g = \partial L/\partial y`; a number that is not chosen has no influence:

    .. math:: \frac{\partial L}{\partial x_i} = g\,[i = k], \qquad k = \min\{j : x_j = y\}

    Of equal numbers the first has the whole gradient, as in Torch7 and ``torch.min(torch.stack(table), 0)``;
    ``torch.minimum`` gives each of two the half. A nan is chosen before any number, as in PyTorch.

    PyTorch: ``torch.minimum``; arrays of other shapes are not broadcast here.

    >>> import numpy as np
    >>> from minnet_tables import CMinTable
    >>> CMinTable().forward((np.array([1.0, 20.0]), np.array([10.0, 2.0])))
    array([1., 2.])
    """

    CHOOSE = np.minimum
    EXAMPLES = (
        Example(
            input=[((3, 2), (3, 2)), ((2, 3), (2, 3), (2, 3)), ((4,),)],
            traits="kinks",
            rejects=[((3, 2), (3, 1)), (3, 2)],
        ),
    )
