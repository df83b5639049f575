"""`scaffold`: the files of a project, from the template beside this module."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any

from minnet_core import MinnetError
from minnet_core.discovery import PROTOCOL

from .project import Project
from .series import series
from .templates import ROOT


def scaffold(project: Project, folder: Path) -> Path:
    """Write all files of a project into a new folder of its name.

    They are written elsewhere first: the folder appears whole, or not at all, and nothing is overwritten.

    Args:
        project: what to write.
        folder: where to make the folder.

    Returns:
        The folder of the project.

    Raises:
        MinnetError: if there is something in its place, a distribution that the kind needs is not installed, or the
            template cannot be filled.
    """
    target = folder / project.name
    if _is_taken(target):
        raise MinnetError(f"{target}: expected nothing or an empty folder in this place; nothing was written")
    with TemporaryDirectory(prefix=f".{project.name}-", dir=folder) as beside:
        made = Path(beside) / project.name
        _render(project, made)
        if target.exists():
            target.rmdir()  # it is empty; if it is no longer, this fails
        made.rename(target)
    return target


def answers(project: Project) -> dict[str, Any]:
    """Return the variables of the template."""
    return {
        "project": project.name,
        "package": project.package,
        "module": project.module,
        "class": project.class_name,
        "kind": project.kind,
        "article": project.template.article,
        "registry": project.template.registry or "",
        "requires": [_requirement(name) for name in sorted(project.template.requires)],
        "author": project.author,
        "description": project.description,
        "hints": project.hints,
        "core_series": series(version("minnet-core")),
        "pytest_series": series(version("pytest-minnet")),
        "protocol": PROTOCOL,
        "comes_before_core": project.package < "minnet_core",  # where ruff sorts the imports
    }


def _requirement(distribution: str) -> str:
    try:
        return f"{distribution} {series(version(distribution))}"
    except PackageNotFoundError:
        raise MinnetError(
            f"expected {distribution} to be installed, which what is made needs; pip install it"
        ) from None


def _is_taken(target: Path) -> bool:
    if target.is_symlink() or not target.is_dir():
        return target.is_symlink() or target.exists()
    return any(target.iterdir())


def _render(project: Project, folder: Path) -> None:
    # Imported here, since it takes longer than all else that the command does, its --help and errors included.
    from copier import run_copy
    from copier.errors import CopierError

    with TemporaryDirectory() as whole:  # the files of a kind may be those of a plugin
        copytree(ROOT, whole, dirs_exist_ok=True, ignore=ignore_patterns("kinds"))
        copytree(project.template.folder, Path(whole) / "kind")
        try:
            run_copy(whole, folder, answers(project), defaults=True, quiet=True)
        except CopierError as error:
            raise MinnetError(f"{folder.name}: expected copier to fill the template; it failed: {error}") from error
