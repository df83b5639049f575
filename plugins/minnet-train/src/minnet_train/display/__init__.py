"""What is shown of a training: its progress, on a terminal or in TensorBoard, and what its model file says of it."""

from .model_file import training_section, weights_text
from .progress import PlainLines, RichProgress, loss_text, metric_text, progress_display
from .reading import reading_display, say_notes
from .tensorboard import TensorBoard

__all__ = [
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
