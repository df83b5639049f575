"""Branches and tables for minnet: containers side by side, what joins their outputs, and what changes shapes.

A table is a tuple of arrays, and may hold tables. Axes and elements are counted from 0, as in NumPy and PyTorch; axis 0
is the batch, and negative ones count from the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .arithmetic import (
        MM as MM,
        CAddTable as CAddTable,
        CDivTable as CDivTable,
        CMaxTable as CMaxTable,
        CMinTable as CMinTable,
        CMulTable as CMulTable,
        CSubTable as CSubTable,
    )
    from .containers import (
        Bottle as Bottle,
        Concat as Concat,
        ConcatTable as ConcatTable,
        MapTable as MapTable,
        ParallelTable as ParallelTable,
    )
    from .gradient_reversal import GradientReversal as GradientReversal
    from .shapes import (
        Narrow as Narrow,
        Padding as Padding,
        Replicate as Replicate,
        Reshape as Reshape,
        Select as Select,
        Squeeze as Squeeze,
        Transpose as Transpose,
        Unsqueeze as Unsqueeze,
    )
    from .similarities import (
        CosineDistance as CosineDistance,
        DotProduct as DotProduct,
        PairwiseDistance as PairwiseDistance,
    )
    from .tables import (
        FlattenTable as FlattenTable,
        JoinTable as JoinTable,
        NarrowTable as NarrowTable,
        SelectTable as SelectTable,
        SplitTable as SplitTable,
    )
else:  # so that what is installed can be listed, and its plugin loaded, without the layers
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "arithmetic": "MM CAddTable CDivTable CMaxTable CMinTable CMulTable CSubTable",
            "containers": "Bottle Concat ConcatTable MapTable ParallelTable",
            "gradient_reversal": "GradientReversal",
            "shapes": "Narrow Padding Replicate Reshape Select Squeeze Transpose Unsqueeze",
            "similarities": "CosineDistance DotProduct PairwiseDistance",
            "tables": "FlattenTable JoinTable NarrowTable SelectTable SplitTable",
        },
    )
