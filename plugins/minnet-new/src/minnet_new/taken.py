"""`namesakes`: who has a name already."""

from __future__ import annotations

import minnet_core

from .project import Project


def namesakes(project: Project) -> str:
    """Say which installed component has the name of a project's class; empty if none has.

    What is installed is asked for its metadata: no component is imported.
    """
    registry = getattr(minnet_core, f"{project.kind}s")
    try:
        declaration = registry.declaration(project.class_name)
    except minnet_core.AmbiguousNameError as error:
        return str(error)
    except minnet_core.UnknownComponentError:
        return ""
    if declaration.distribution == project.name:
        return ""
    return f"{project.class_name} is already the name of {declaration.qualified} ({declaration.provider})"
