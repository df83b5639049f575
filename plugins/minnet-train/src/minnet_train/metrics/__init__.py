"""Metrics of a model, computed batch by batch."""

from ..registries import metrics
from .accuracy import Accuracy
from .confusion_matrix import ConfusionMatrix
from .mae import MAE
from .metric import Metric
from .mse import MSE
from .r2 import R2
from .scores import ClassScores, ValueScores
from .top_k import TopK

__all__ = ["MAE", "MSE", "R2", "Accuracy", "ClassScores", "ConfusionMatrix", "Metric", "TopK", "ValueScores", "metrics"]
