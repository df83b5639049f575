"""What people see of a training: progress, plots, TensorBoard and notebooks."""

from .notebook import history_html
from .plots import (
    ClassPredictions,
    Curves,
    PlotError,
    check_suffix,
    count_confusions,
    distinct_names,
    draw_confusion,
    draw_curves,
    draw_mistakes,
    draw_weights,
    first_weights,
    model_file,
    run_name,
    write_picture,
)
from .progress import choose, loss_text, metric_text
from .tensorboard import TensorBoard

__all__ = [
    "ClassPredictions",
    "Curves",
    "PlotError",
    "TensorBoard",
    "check_suffix",
    "choose",
    "count_confusions",
    "distinct_names",
    "draw_confusion",
    "draw_curves",
    "draw_mistakes",
    "draw_weights",
    "first_weights",
    "history_html",
    "loss_text",
    "metric_text",
    "model_file",
    "run_name",
    "write_picture",
]
