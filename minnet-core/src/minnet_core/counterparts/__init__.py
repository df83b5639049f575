"""What another framework has for a component that has been made: its class, its arguments, the names of its arrays."""

from .asking import counterpart_of, expect_counterpart

__all__ = ["counterpart_of", "expect_counterpart"]
