"""What is installed: distributions, what their entry points declare, and what the environment switches off.

Functions of this room import ``importlib.metadata`` at the first lookup of a name, and ``packaging``, ``json`` and
``urllib`` only for what is broken: together these take several times as long as all else that a lookup does.
"""

from .declaration import LOCAL, Declaration, canonical, is_distribution_name
from .distribution import InstalledDistribution
from .environment import (
    ALLOWED,
    DISABLED,
    STRICT,
    Switches,
    disable,
    is_strict,
    preserved,
    switches,
    without_strict_plugins,
)
from .first_party import EXPORT_HOMES, FIRST_PARTY, HOMES, HOOK_HOMES
from .protocol_version import PROTOCOL, PROTOCOL_FLOOR, PROTOCOL_GROUP, expect_spoken
from .scan import Scan, all_distributions, discovering, forget, installed, scan

__all__ = [
    "ALLOWED",
    "DISABLED",
    "EXPORT_HOMES",
    "FIRST_PARTY",
    "HOMES",
    "HOOK_HOMES",
    "LOCAL",
    "PROTOCOL",
    "PROTOCOL_FLOOR",
    "PROTOCOL_GROUP",
    "STRICT",
    "Declaration",
    "InstalledDistribution",
    "Scan",
    "Switches",
    "all_distributions",
    "canonical",
    "disable",
    "discovering",
    "expect_spoken",
    "forget",
    "installed",
    "is_distribution_name",
    "is_strict",
    "preserved",
    "scan",
    "switches",
    "without_strict_plugins",
]
