"""What is shown of a training: progress, TensorBoard, and the classes that a model predicts."""

from .class_predictions import ClassPredictions, model_file, run_name
from .progress import PlainLines, RichProgress, loss_text, metric_text, progress_display
from .tensorboard import TensorBoard

__all__ = [
    "ClassPredictions",
    "PlainLines",
    "RichProgress",
    "TensorBoard",
    "loss_text",
    "metric_text",
    "model_file",
    "progress_display",
    "run_name",
]
