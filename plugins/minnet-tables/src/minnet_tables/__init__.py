"""Branches and tables for minnet: containers side by side, what joins their outputs, and what changes shapes.

A table is a tuple of arrays, and may hold tables. Axes and elements are counted from 0, as in NumPy and PyTorch; axis 0
is the batch, and negative ones count from the end.
"""

from __future__ import annotations

from .arithmetic import MM, CAddTable, CDivTable, CMaxTable, CMinTable, CMulTable, CSubTable
from .containers import Bottle, Concat, ConcatTable, MapTable, ParallelTable
from .gradient_reversal import GradientReversal
from .shapes import Narrow, Padding, Replicate, Reshape, Select, Squeeze, Transpose, Unsqueeze
from .similarities import CosineDistance, DotProduct, PairwiseDistance
from .tables import FlattenTable, JoinTable, NarrowTable, SelectTable, SplitTable

__version__ = "0.1.0"

__all__ = [
    "MM",
    "Bottle",
    "CAddTable",
    "CDivTable",
    "CMaxTable",
    "CMinTable",
    "CMulTable",
    "CSubTable",
    "Concat",
    "ConcatTable",
    "CosineDistance",
    "DotProduct",
    "FlattenTable",
    "GradientReversal",
    "JoinTable",
    "MapTable",
    "Narrow",
    "NarrowTable",
    "Padding",
    "PairwiseDistance",
    "ParallelTable",
    "Replicate",
    "Reshape",
    "Select",
    "SelectTable",
    "SplitTable",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
]
