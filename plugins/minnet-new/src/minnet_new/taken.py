"""`namesakes`: who has a name already."""

from __future__ import annotations

import minnet_core
from minnet_core.registry import all_registries

from .project import Project


def namesakes(project: Project) -> str:
    """Say which installed component has the name of a project's class; empty if none has.

    What is installed is asked for its metadata: no component is imported.
    """
    registries = {registry.kind: registry for registry in all_registries()}
    registry = registries.get(project.template.registry or "")
    if registry is None:
        return ""
    try:
        declaration = registry.declaration(project.class_name)
    except minnet_core.AmbiguousNameError as error:
        return str(error)
    except minnet_core.UnknownComponentError:
        return ""
    if declaration.distribution == project.name:
        return ""
    return f"{project.class_name} is already the name of {declaration.qualified} ({declaration.provider})"
