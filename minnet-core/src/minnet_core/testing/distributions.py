"""`install_distribution`: a real distribution, made for one test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib import import_module, invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from zipfile import ZipFile

from ..declaration import canonical

_NONE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


def install_distribution(
    site: Path,
    name: str,
    modules: Mapping[str, str],
    *,
    entry_points: Mapping[str, Mapping[str, str]] = _NONE,
    version: str = "0.1.0",
    requires: Sequence[str] = (),
) -> None:
    """Build a wheel and unpack it into a directory, as pip would, with no index and no other process.

    What is on ``sys.path`` afterwards (``monkeypatch.syspath_prepend(site)``, or ``PYTHONPATH`` for another process)
    is found through its metadata, like any package that a stranger published.

    Args:
        site: the directory, made if there is none; another version of the distribution in it is replaced.
        name: of the distribution, ``minnet-swish``.
        modules: dotted module name -> source, all below one top-level name; ``minnet_swish`` alone becomes a single
            file, with ``minnet_swish.layer`` beside it a package.
        entry_points: group -> name -> target, ``{"minnet.layers": {"Swish": "minnet_swish:Swish"}}``.
        version: of the distribution.
        requires: what it depends on, ``["minnet-core >=0.1,<0.2"]``; nothing is installed for it.

    Raises:
        ImportError: if flit_core, which builds the wheel, is not installed.
        ValueError: if the modules have not one top-level name, or flit_core refuses the metadata.

    >>> with TemporaryDirectory() as site:
    ...     install_distribution(Path(site), "minnet-swish", {"minnet_swish": "class Swish: ..."}, version="2.0")
    ...     print(*sorted(path.name for path in Path(site).iterdir()))
    minnet_swish-2.0.dist-info minnet_swish.py
    """
    try:
        make_wheel = import_module("flit_core.wheel").make_wheel_in
    except ImportError as error:
        raise ImportError("install_distribution needs flit_core; pip install 'minnet-core[test]'") from error
    roots = {module.partition(".")[0] for module in modules}
    if len(roots) != 1:
        raise ValueError(f"{name}: expected modules below one top-level name, received {sorted(roots)}")
    with TemporaryDirectory() as folder:
        project = Path(folder)
        for module, source in modules.items():
            _write(project / "src", module, source, is_package=any(other.startswith(f"{module}.") for other in modules))
        pyproject = project / "pyproject.toml"
        pyproject.write_text(_pyproject(name, version, roots.pop(), entry_points, requires), "utf-8")
        wheel = make_wheel(pyproject, project).file
        _uninstall(site, name)
        with ZipFile(wheel) as archive:
            archive.extractall(site)
    invalidate_caches()


def _write(root: Path, module: str, source: str, *, is_package: bool) -> None:
    """Write one module; the packages above it that have no source of their own are given an empty one."""
    *parents, last = module.split(".")
    folder = root
    folder.mkdir(exist_ok=True)
    for parent in parents:
        folder /= parent
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    path = folder / last / "__init__.py" if is_package else folder / f"{last}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, "utf-8")


def _pyproject(
    name: str, version: str, root: str, entry_points: Mapping[str, Mapping[str, str]], requires: Sequence[str]
) -> str:
    quote = json.dumps  # a JSON string is a TOML string
    lines = [
        "[build-system]",
        'requires = ["flit_core"]',
        'build-backend = "flit_core.buildapi"',
        "[project]",
        f"name = {quote(name)}",
        f"version = {quote(version)}",
        'description = "Made for a test."',
        f"dependencies = {quote(list(requires))}",
        "[tool.flit.module]",
        f"name = {quote(root)}",
    ]
    for group, points in entry_points.items():
        lines.append(f"[project.entry-points.{quote(group)}]")
        lines += [f"{quote(key)} = {quote(target)}" for key, target in points.items()]
    return "\n".join([*lines, ""])


def _uninstall(site: Path, name: str) -> None:
    """Remove an installed version of a distribution, by its own record of its files."""
    site.mkdir(parents=True, exist_ok=True)
    for info in site.glob("*.dist-info"):
        if canonical(info.name.partition("-")[0]) == canonical(name):
            for line in (info / "RECORD").read_text("utf-8").splitlines():
                file = site / line.split(",")[0]
                file.unlink(missing_ok=True)
                # Python tells stale bytecode by size and whole seconds; a test replaces a module within one.
                shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
            shutil.rmtree(info)
