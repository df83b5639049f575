"""Cases: a component with the arguments and inputs that it is tried on."""

from .case import KINDS, Case, examples_of, from_example
from .construction import construct_examples

__all__ = ["KINDS", "Case", "construct_examples", "examples_of", "from_example"]
