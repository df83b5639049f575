"""What a sweep is: its file, checked, and the parameters whose values it tries."""

from .activations import is_activation
from .parameters import Choice, Option, Parameter, Range, Values, is_used, label_of, settings_of
from .registry_choice import Listed, RegistryChoice
from .sweep import Pruning, Sweep
from .sweep_file import SweepFile

__all__ = [
    "Choice",
    "Listed",
    "Option",
    "Parameter",
    "Pruning",
    "Range",
    "RegistryChoice",
    "Sweep",
    "SweepFile",
    "Values",
    "is_activation",
    "is_used",
    "label_of",
    "settings_of",
]
