"""Networks as plain NumPy programs: what each layer is there, and the file that is made of them."""

from .containers import KNOWN
from .doors import FORMULAS, says_formula
from .formula import Formula, Structure
from .numpy_code import NumpyCode
from .preparation import NumpyPreparation
from .write_numpy import SUFFIX, write_numpy

__all__ = [
    "FORMULAS",
    "KNOWN",
    "SUFFIX",
    "Formula",
    "NumpyCode",
    "NumpyPreparation",
    "Structure",
    "says_formula",
    "write_numpy",
]
