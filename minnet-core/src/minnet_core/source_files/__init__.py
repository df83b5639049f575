"""Components in Python files that belong to no package: run as modules, and registered when somebody asks for it."""

from .source_file import (
    SourceFile,
    component_classes,
    defined_classes,
    find_in_module,
    import_components,
    load_source_file,
    with_core_base,
)

__all__ = [
    "SourceFile",
    "component_classes",
    "defined_classes",
    "find_in_module",
    "import_components",
    "load_source_file",
    "with_core_base",
]
