"""The conformance kit: checks that prove a component, and what tests of components need."""

from ..state import sandboxed
from .acceleration import Acceleration, examine_acceleration
from .adapters import Adapter, Guess, adapted
from .cases import Bend, Case, construct_examples, examples_of, is_tried_without_examples
from .check import LEVELS, Check, ConformanceError, Level, NotApplicable, WeaknessWarning, check, fail, skip
from .checks import all_checks, checks_for, named_check, through_pickle
from .fixtures import install_distribution, isolated
from .gradient_check import check_criterion_gradients, check_gradients
from .kinds import OWN_KINDS, Kind, all_kinds, kind_of_class
from .numerics import (
    central_difference,
    expect_equal,
    format_number,
    is_floating,
    largest,
    map_arrays,
    named_arrays,
    samples,
    structure,
)
from .passes import Batch, backward, forward, gradients, parameters, run
from .processes import LIMIT, examine_all, usual_jobs
from .report import OUTCOMES, Report, Result, without_reference
from .runner import BoundCheck, Examination, check_component, component_checks, examine
from .selection import cases_of, every_case
from .trial import Trial

__all__ = [
    "LEVELS",
    "LIMIT",
    "OUTCOMES",
    "OWN_KINDS",
    "Acceleration",
    "Adapter",
    "Batch",
    "Bend",
    "BoundCheck",
    "Case",
    "Check",
    "ConformanceError",
    "Examination",
    "Guess",
    "Kind",
    "Level",
    "NotApplicable",
    "Report",
    "Result",
    "Trial",
    "WeaknessWarning",
    "adapted",
    "all_checks",
    "all_kinds",
    "backward",
    "cases_of",
    "central_difference",
    "check",
    "check_component",
    "check_criterion_gradients",
    "check_gradients",
    "checks_for",
    "component_checks",
    "construct_examples",
    "every_case",
    "examine",
    "examine_acceleration",
    "examine_all",
    "examples_of",
    "expect_equal",
    "fail",
    "format_number",
    "forward",
    "gradients",
    "install_distribution",
    "is_floating",
    "is_tried_without_examples",
    "isolated",
    "kind_of_class",
    "largest",
    "map_arrays",
    "named_arrays",
    "named_check",
    "parameters",
    "run",
    "samples",
    "sandboxed",
    "skip",
    "structure",
    "through_pickle",
    "usual_jobs",
    "without_reference",
]
