"""Pictures of runs and models, with matplotlib: each function takes numbers and returns a figure.

The figures belong to no window and to no global state, so drawing changes neither settings nor what others draw.
Arrays and reports are what they take: how to come by them is the business of ``minnet plot``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.lazy import lazy_exports

if TYPE_CHECKING:
    from .confusion import count_confusions as count_confusions
    from .confusion import draw_confusion as draw_confusion
    from .curves import draw_curves as draw_curves
    from .curves_data import Curves as Curves
    from .errors import PlotError as PlotError
    from .mistakes import draw_mistakes as draw_mistakes
    from .saving import write_picture as write_picture
    from .weights import draw_weights as draw_weights
    from .weights import first_weights as first_weights

_HOME = {
    "Curves": "curves_data",
    "PlotError": "errors",
    "count_confusions": "confusion",
    "draw_confusion": "confusion",
    "draw_curves": "curves",
    "draw_mistakes": "mistakes",
    "draw_weights": "weights",
    "first_weights": "weights",
    "write_picture": "saving",
}

__all__ = sorted(_HOME)


if not TYPE_CHECKING:  # a type checker would take __getattr__ to mean that every name is there
    __getattr__, __dir__ = lazy_exports(__name__, _HOME)
