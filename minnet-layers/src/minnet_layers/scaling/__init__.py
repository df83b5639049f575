"""Learned factors and offsets: one for everything, or one for each feature or element."""

from __future__ import annotations

from .add import Add
from .cadd import CAdd
from .cmul import CMul
from .mul import Mul

__all__ = ["Add", "CAdd", "CMul", "Mul"]
