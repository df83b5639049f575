"""What can be wrong with a picture that somebody asks for."""

from __future__ import annotations

from minnet_core import MinnetError


class PlotError(MinnetError, ValueError):
    """There is nothing to draw, or it cannot be drawn in this way."""
