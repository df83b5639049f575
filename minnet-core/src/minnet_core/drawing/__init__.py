"""Boxes and the arrows between them as SVG, laid out by ourselves: nothing about networks."""

from __future__ import annotations

from .diagram import Arrow, Box, Diagram
from .layout import Layout, arrange
from .svg import draw_diagram

__all__ = ["Arrow", "Box", "Diagram", "Layout", "arrange", "draw_diagram"]
