"""For tests: gradients against central differences, and real distributions to discover."""

from .distributions import install_distribution
from .gradients import central_difference, check_criterion_gradients, check_gradients

__all__ = ["central_difference", "check_criterion_gradients", "check_gradients", "install_distribution"]
