"""Metrics of a model, computed batch by batch."""

from ..registries import metrics
from .accuracy import Accuracy
from .balanced_accuracy import BalancedAccuracy
from .brier import Brier
from .calibration import Calibration
from .calibration_error import CalibrationError, bins_of
from .confusion_matrix import ConfusionMatrix, count_confusions, precision_recall_f1_support
from .f1 import F1
from .log_loss import LogLoss
from .mae import MAE
from .mape import MAPE
from .matthews import Matthews
from .meaning import VALIDATION, Meaning, meaning_of
from .metric import Metric
from .mse import MSE
from .pr_auc import PRAUC
from .precision import Precision
from .probabilities import NotProbabilitiesError, as_probabilities, class_probabilities, find_conversion
from .r2 import R2
from .ranking import positives_by_threshold
from .recall import Recall
from .rmse import RMSE
from .roc_auc import ROCAUC
from .top_k import TopK
from .wrappers import PerOutput, in_raw_units

__all__ = [
    "F1",
    "MAE",
    "MAPE",
    "MSE",
    "PRAUC",
    "R2",
    "RMSE",
    "ROCAUC",
    "VALIDATION",
    "Accuracy",
    "BalancedAccuracy",
    "Brier",
    "Calibration",
    "CalibrationError",
    "ConfusionMatrix",
    "LogLoss",
    "Matthews",
    "Meaning",
    "Metric",
    "NotProbabilitiesError",
    "PerOutput",
    "Precision",
    "Recall",
    "TopK",
    "as_probabilities",
    "bins_of",
    "class_probabilities",
    "count_confusions",
    "find_conversion",
    "in_raw_units",
    "meaning_of",
    "metrics",
    "positives_by_threshold",
    "precision_recall_f1_support",
]
