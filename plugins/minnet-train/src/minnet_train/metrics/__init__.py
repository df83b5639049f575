"""Metrics of a model, computed batch by batch."""

from ..registries import metrics
from .accuracy import Accuracy
from .confusion_matrix import ConfusionMatrix, count_confusions, precision_recall_f1_support
from .mae import MAE
from .metric import Metric
from .mse import MSE
from .probabilities import Calibration, as_probabilities, find_conversion
from .r2 import R2
from .top_k import TopK
from .wrappers import PerOutput, in_raw_units

__all__ = [
    "MAE",
    "MSE",
    "R2",
    "Accuracy",
    "Calibration",
    "ConfusionMatrix",
    "Metric",
    "PerOutput",
    "TopK",
    "as_probabilities",
    "count_confusions",
    "find_conversion",
    "in_raw_units",
    "metrics",
    "precision_recall_f1_support",
]
