"""The first values of parameters: initializers, by name in ``minnet_core.initializers``.

They are not among the names of ``minnet_layers`` itself, where layers are.
"""

from __future__ import annotations

from .constant import Constant
from .dirac import Dirac
from .eye import Eye
from .kaiming import Kaiming
from .lecun import LeCun
from .normal import Normal
from .orthogonal import Orthogonal
from .scales import GAINS, fans, gain_of
from .truncated_normal import TruncatedNormal
from .uniform import Uniform
from .xavier import Xavier

__all__ = [
    "GAINS",
    "Constant",
    "Dirac",
    "Eye",
    "Kaiming",
    "LeCun",
    "Normal",
    "Orthogonal",
    "TruncatedNormal",
    "Uniform",
    "Xavier",
    "fans",
    "gain_of",
]
