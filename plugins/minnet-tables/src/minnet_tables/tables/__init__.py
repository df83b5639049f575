"""What takes tables apart, and puts arrays together: the elements stay what they are."""

from .flatten_table import FlattenTable
from .join_table import JoinTable
from .narrow_table import NarrowTable
from .select_table import SelectTable
from .split_table import SplitTable

__all__ = ["FlattenTable", "JoinTable", "NarrowTable", "SelectTable", "SplitTable"]
