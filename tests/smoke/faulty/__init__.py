"""Distributions each of which is broken in a way of its own; all are installed together."""

from .hooks import HOOKS
from .imports import IMPORTS
from .leftovers import LEFTOVERS
from .metadata import METADATA
from .targets import TARGETS

FAULTY = (*IMPORTS, *TARGETS, *HOOKS, *METADATA, *LEFTOVERS)
