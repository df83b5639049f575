"""Models in the formats of others: `Exporter`, which one a file's name asks for, and what it is given."""

from .export_file import export_file
from .exporter import Exporter, ExportOptions
from .exporters import NUMPY, exporter_for, installed_exporters
from .numpy_code import Formula, NumpyCode, NumpyPreparation, Structure, says_formula
from .sample_shape import guess_sample_shape

__all__ = [
    "NUMPY",
    "ExportOptions",
    "Exporter",
    "Formula",
    "NumpyCode",
    "NumpyPreparation",
    "Structure",
    "export_file",
    "exporter_for",
    "guess_sample_shape",
    "installed_exporters",
    "says_formula",
]
