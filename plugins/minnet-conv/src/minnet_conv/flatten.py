"""`Flatten`: several axes as one."""

from __future__ import annotations

from minnet_core import Module


class Flatten(Module):
    r"""Makes one axis of those from ``start_dim`` to ``end_dim``; what is in the array stays in its order.

    .. math:: y_{\ldots,\,i n_j + j,\,\ldots} = x_{\ldots,\,i,\,j,\,\ldots}

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``torch.nn.Flatten(start_dim, end_dim)``, whose ``start_dim`` is 1 unless it is given.
    """
