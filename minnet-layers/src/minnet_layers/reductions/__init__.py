"""One number of the many along an axis: their sum, mean, largest or smallest; or of several learned maps."""

from __future__ import annotations

from .max import Max
from .maxout import Maxout
from .mean import Mean
from .min import Min
from .sum import Sum

__all__ = ["Max", "Maxout", "Mean", "Min", "Sum"]
