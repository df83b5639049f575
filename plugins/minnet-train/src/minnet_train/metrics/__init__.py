"""Metrics of a model, computed batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from ..registries import (
        metrics as metrics,
    )
    from .accuracy import (
        Accuracy as Accuracy,
    )
    from .balanced_accuracy import (
        BalancedAccuracy as BalancedAccuracy,
    )
    from .brier import (
        Brier as Brier,
    )
    from .calibration import (
        Calibration as Calibration,
    )
    from .calibration_error import (
        CalibrationError as CalibrationError,
        bins_of as bins_of,
    )
    from .confusion_matrix import (
        ConfusionMatrix as ConfusionMatrix,
        count_confusions as count_confusions,
        precision_recall_f1_support as precision_recall_f1_support,
    )
    from .f1 import (
        F1 as F1,
    )
    from .log_loss import (
        LogLoss as LogLoss,
    )
    from .mae import (
        MAE as MAE,
    )
    from .mape import (
        MAPE as MAPE,
    )
    from .matthews import (
        Matthews as Matthews,
    )
    from .meaning import (
        VALIDATION as VALIDATION,
        Meaning as Meaning,
        meaning_of as meaning_of,
    )
    from .metric import (
        Metric as Metric,
    )
    from .mse import (
        MSE as MSE,
    )
    from .pr_auc import (
        PRAUC as PRAUC,
    )
    from .precision import (
        Precision as Precision,
    )
    from .probabilities import (
        NotProbabilitiesError as NotProbabilitiesError,
        as_probabilities as as_probabilities,
        class_probabilities as class_probabilities,
        find_conversion as find_conversion,
    )
    from .r2 import (
        R2 as R2,
    )
    from .ranking import (
        positives_by_threshold as positives_by_threshold,
    )
    from .recall import (
        Recall as Recall,
    )
    from .rmse import (
        RMSE as RMSE,
    )
    from .roc_auc import (
        ROCAUC as ROCAUC,
    )
    from .top_k import (
        TopK as TopK,
    )
    from .wrappers import (
        PerOutput as PerOutput,
        in_raw_units as in_raw_units,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            ".registries": "metrics",
            "accuracy": "Accuracy",
            "balanced_accuracy": "BalancedAccuracy",
            "brier": "Brier",
            "calibration": "Calibration",
            "calibration_error": "CalibrationError bins_of",
            "confusion_matrix": "ConfusionMatrix count_confusions precision_recall_f1_support",
            "f1": "F1",
            "log_loss": "LogLoss",
            "mae": "MAE",
            "mape": "MAPE",
            "matthews": "Matthews",
            "meaning": "VALIDATION Meaning meaning_of",
            "metric": "Metric",
            "mse": "MSE",
            "pr_auc": "PRAUC",
            "precision": "Precision",
            "probabilities": "NotProbabilitiesError as_probabilities class_probabilities find_conversion",
            "r2": "R2",
            "ranking": "positives_by_threshold",
            "recall": "Recall",
            "rmse": "RMSE",
            "roc_auc": "ROCAUC",
            "top_k": "TopK",
            "wrappers": "PerOutput in_raw_units",
        },
    )
