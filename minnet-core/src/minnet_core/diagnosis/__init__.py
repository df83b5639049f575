"""What `minnet doctor` finds wrong with an installation, and what `minnet explain` says of components and models."""

from .explanation import Explanation, explain
from .installation import Finding, inspect_installation
from .machine import machine
from .model_explanation import ModelExplanation, Section, explain_model

__all__ = [
    "Explanation",
    "Finding",
    "ModelExplanation",
    "Section",
    "explain",
    "explain_model",
    "inspect_installation",
    "machine",
]
