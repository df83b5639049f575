"""What a sweep is: its file, checked, and the parameters whose values it tries."""

from .activations import is_activation
from .cautions import caution_of
from .parameters import Choice, Option, Parameter, Range, Values, is_used, label_of, path_of, settings_of
from .registry_choice import Listed, RegistryChoice
from .sweep import MOST_TRIALS, Pruning, Sweep
from .sweep_file import SweepFile

__all__ = [
    "MOST_TRIALS",
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
    "caution_of",
    "is_activation",
    "is_used",
    "label_of",
    "path_of",
    "settings_of",
]
