"""What is shown of a training: its progress, on a terminal or in TensorBoard, and what its model file says of it."""

from ..progress import OneLine, PlainLines, RichProgress, loss_text, metric_text, progress_display
from .model_file import training_section, weights_text
from .reading import reading_display, say_notes
from .tensorboard import TensorBoard

__all__ = [
    "OneLine",
    "PlainLines",
    "RichProgress",
    "TensorBoard",
    "loss_text",
    "metric_text",
    "progress_display",
    "reading_display",
    "say_notes",
    "training_section",
    "weights_text",
]
