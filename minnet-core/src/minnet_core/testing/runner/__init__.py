"""Running checks on cases, and reporting what failed."""

from .components import BoundCheck, check_component, component_checks, examine
from .examination import Examination
from .report import OUTCOMES, Report, Result

__all__ = [
    "OUTCOMES",
    "BoundCheck",
    "Examination",
    "Report",
    "Result",
    "check_component",
    "component_checks",
    "examine",
]
