"""What another framework has for a component that has been made: its class, its arguments, the names of its arrays."""

from .alignment import Alignment, alignment_of, is_number, is_same
from .asking import component_of, counterpart_of, expect_counterpart

__all__ = ["Alignment", "alignment_of", "component_of", "counterpart_of", "expect_counterpart", "is_number", "is_same"]
