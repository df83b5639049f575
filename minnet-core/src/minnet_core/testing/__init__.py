"""For tests: the conformance kit, gradients against central differences, and real distributions to discover.

`check_component` runs the kit on a component, and `component_checks` yields its checks one by one.
"""

from .case import Case
from .check import Check, ConformanceError, check, fail, skip
from .distributions import install_distribution
from .examination import Examination
from .gradients import check_criterion_gradients, check_gradients
from .kit import all_checks, check_component, checks_for, component_checks, examine
from .numeric import central_difference
from .report import Report, Result
from .subjects import cases_of, every_case
from .trial import Batch, Trial

__all__ = [
    "Batch",
    "Case",
    "Check",
    "ConformanceError",
    "Examination",
    "Report",
    "Result",
    "Trial",
    "all_checks",
    "cases_of",
    "central_difference",
    "check",
    "check_component",
    "check_criterion_gradients",
    "check_gradients",
    "checks_for",
    "component_checks",
    "every_case",
    "examine",
    "fail",
    "install_distribution",
    "skip",
]
