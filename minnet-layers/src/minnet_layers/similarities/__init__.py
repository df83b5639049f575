"""What inputs are compared with, or to: learned rows, learned centres, each other, and their own length."""

from __future__ import annotations

from .bilinear import Bilinear
from .cosine import Cosine
from .euclidean import Euclidean
from .normalize import Normalize

__all__ = ["Bilinear", "Cosine", "Euclidean", "Normalize"]
