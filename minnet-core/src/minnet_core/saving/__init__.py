"""Models as files: configs that `build` makes components of, and safetensors with a header."""

from .config import MODULE, TUPLE, build, build_with, component_name, to_config
from .model_file import load, save
from .model_header import INPUTS, ModelHeader, open_model_file, path_text, read_header
from .model_state import arrays_of, changed_attributes, set_attributes

__all__ = [
    "INPUTS",
    "MODULE",
    "TUPLE",
    "ModelHeader",
    "arrays_of",
    "build",
    "build_with",
    "changed_attributes",
    "component_name",
    "load",
    "open_model_file",
    "path_text",
    "read_header",
    "save",
    "set_attributes",
    "to_config",
]
