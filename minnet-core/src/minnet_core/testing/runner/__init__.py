"""Running checks on cases, and reporting what failed."""

from .examination import Examination
from .kit import all_checks, check_component, checks_for, component_checks, examine, named_check
from .report import OUTCOMES, Report, Result

__all__ = [
    "OUTCOMES",
    "Examination",
    "Report",
    "Result",
    "all_checks",
    "check_component",
    "checks_for",
    "component_checks",
    "examine",
    "named_check",
]
