"""For tests: the conformance kit, gradients against central differences, and real distributions to discover.

`check_component` runs the kit on a component, and `component_checks` yields its checks one by one.
"""

from .batch import Batch
from .case import Case
from .check import Check, ConformanceError, NotApplicable, check, fail, skip
from .comparison import expect_equal
from .distributions import install_distribution
from .examination import Examination
from .gradients import check_criterion_gradients, check_gradients
from .isolation import isolated
from .kit import all_checks, check_component, checks_for, component_checks, examine
from .numeric import central_difference
from .passes import backward, forward, gradients, parameters, run
from .report import Report, Result
from .subjects import cases_of, every_case
from .tensors import named_arrays
from .trial import Trial

__all__ = [
    "Batch",
    "Case",
    "Check",
    "ConformanceError",
    "Examination",
    "NotApplicable",
    "Report",
    "Result",
    "Trial",
    "all_checks",
    "backward",
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
    "expect_equal",
    "fail",
    "forward",
    "gradients",
    "install_distribution",
    "isolated",
    "named_arrays",
    "parameters",
    "run",
    "skip",
]
