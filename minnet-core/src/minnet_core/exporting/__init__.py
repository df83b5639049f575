"""Models in the formats of others: `Exporter`, which one a file's name asks for, and what it is given."""

from .export_file import export_file
from .exporter import Exporter, ExportOptions
from .exporters import exporter_for, installed_exporters
from .sample_shape import guess_sample_shape

__all__ = [
    "ExportOptions",
    "Exporter",
    "export_file",
    "exporter_for",
    "guess_sample_shape",
    "installed_exporters",
]
