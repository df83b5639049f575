"""What makes one array of a table of arrays, element by element, or by a product of matrices."""

from .c_add_table import CAddTable
from .c_div_table import CDivTable
from .c_max_table import CMaxTable
from .c_min_table import CMinTable
from .c_mul_table import CMulTable
from .c_sub_table import CSubTable
from .mm import MM

__all__ = ["MM", "CAddTable", "CDivTable", "CMaxTable", "CMinTable", "CMulTable", "CSubTable"]
