"""Metrics: numbers that say how good the outputs of a network are, one to a file.

Everything in ``__all__`` is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.lazy import lazy_exports

if TYPE_CHECKING:
    from .accuracy import Accuracy as Accuracy
    from .confusion_matrix import ConfusionMatrix as ConfusionMatrix
    from .mae import MAE as MAE
    from .metric import Metric as Metric
    from .mse import MSE as MSE
    from .r2 import R2 as R2
    from .registry import metrics as metrics
    from .top_k import TopK as TopK

_HOME = {
    "MAE": "mae",
    "MSE": "mse",
    "R2": "r2",
    "Accuracy": "accuracy",
    "ConfusionMatrix": "confusion_matrix",
    "Metric": "metric",
    "TopK": "top_k",
    "metrics": "registry",
}

__all__ = sorted(_HOME)


if not TYPE_CHECKING:  # a type checker would take __getattr__ to mean that every name is there
    __getattr__, __dir__ = lazy_exports(__name__, _HOME)
