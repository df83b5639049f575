"""What changes the shape of an array, or takes a part of it; numbers stay what they are."""

from .narrow import Narrow
from .padding import Padding
from .replicate import Replicate
from .reshape import Reshape
from .select import Select
from .squeeze import Squeeze
from .transpose import Transpose
from .unsqueeze import Unsqueeze

__all__ = ["Narrow", "Padding", "Replicate", "Reshape", "Select", "Squeeze", "Transpose", "Unsqueeze"]
