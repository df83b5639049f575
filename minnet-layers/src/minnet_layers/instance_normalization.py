"""`InstanceNormalization`: every channel of every sample to mean 0 and variance 1."""

from __future__ import annotations

import numpy.typing as npt

from minnet_core import Array, Example, Reference, expect_shape
from minnet_core.nn import positive_int

from .group_normalization import GroupNormalization

_IN_TORCH = {"gamma": "weight", "beta": "bias"}


class InstanceNormalization(GroupNormalization):
    r"""Normalizes each channel of each sample over its places; input ``(batch, num_features, ...)``, output the same.

    It is the `GroupNormalization` whose groups have one channel each, without learned scales by default.
    With mean :math:`\mu` and biased variance :math:`\sigma^2` of the :math:`n` numbers of a channel of a sample:

    .. math:: y = \gamma_c\hat x + \beta_c, \qquad \hat x = s(x - \mu), \qquad s = (\sigma^2 + \epsilon)^{-1/2}

    Backward, with :math:`g = \partial L/\partial y` and :math:`h = \partial L/\partial\hat x = \gamma_c g`, from
    :math:`\partial\hat x_j/\partial x_k = s(\delta_{jk} - 1/n - \hat x_j\hat x_k/n)`:

    .. math:: \frac{\partial L}{\partial x} = s\bigl(h - \overline h - \hat x\,\overline{h\hat x}\bigr)

    where the bar is the mean over the places. The gradients of :math:`\gamma_c` and :math:`\beta_c` are sums over all
    samples and places of :math:`g\hat x` and of :math:`g`.

    PyTorch: ``torch.nn.InstanceNorm1d(num_features, eps, affine=affine)``, or ``InstanceNorm2d`` or ``InstanceNorm3d``,
    by the number of axes of the input, which always has a batch. There are no running statistics
    (``track_running_stats``), so training and evaluation do the same; a channel with one place, which PyTorch refuses
    in training, gives 0.

    Paper: Ulyanov, Vedaldi and Lempitsky, 2016, arXiv:1607.08022.

    Args:
        num_features: how many channels there are.
        eps: :math:`\epsilon`, above 0.
        affine: whether there are ``gamma`` and ``beta``, which start as 1 and 0; without it they are None.
        dtype: of the parameters and their gradients.

    Attributes:
        gamma, beta, gradGamma, gradBeta: ``(num_features,)``, or None.

    >>> import numpy as np
    >>> from minnet_layers import InstanceNormalization
    >>> InstanceNormalization(2).forward(np.array([[[1.0, 5.0], [30.0, 10.0]]])).round(3)
    array([[[-1.,  1.],
            [ 1., -1.]]])
    """

    EXAMPLES = (
        Example(
            arguments={"num_features": 3},
            input=(2, 3, 4, 5),
            rejects=[(2, 4, 3, 5), (2, 3)],
            rejected_arguments=[{"num_features": 0}, {"eps": -1.0}, {"dtype": "int32"}],
            reference=Reference("torch.nn.InstanceNorm2d", {"num_features": 3}),
        ),
        Example(
            arguments={"num_features": 2, "eps": 0.01, "affine": True},
            input=(3, 2, 5),
            reference=Reference("torch.nn.InstanceNorm1d", {"num_features": 2, "eps": 0.01, "affine": True}, _IN_TORCH),
        ),
    )

    def __init__(
        self, num_features: int, eps: float = 1e-5, affine: bool = False, *, dtype: npt.DTypeLike = "float32"
    ) -> None:
        num_features = positive_int("InstanceNormalization", "num_features", num_features)
        super().__init__(num_features, num_features, eps, affine, dtype=dtype)

    def _expect_channels(self, input: Array) -> None:
        super()._expect_channels(input)
        if input.ndim < 3:
            expect_shape(self, input, ("batch", self.num_channels, "places"))
