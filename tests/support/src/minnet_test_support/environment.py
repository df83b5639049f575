"""`Environment`: a throwaway virtual environment, for a test that installs, breaks or removes distributions."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, distribution, entry_points
from pathlib import Path
from typing import Any

from attrs import frozen

# A shell line that hands the rest of the file to Python, as pip writes it: a path after #! is cut if it is long.
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys
from {module} import {name}
sys.exit({attribute}())
"""

PIP = """#!/bin/sh
exec "{outer}" -m pip --python "{inner}" "$@"
"""

SETTINGS = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INDEX": "1",  # what a test needs is here already, and what it lacks is no stranger's to supply
    "PIP_NO_BUILD_ISOLATION": "0",  # which pip takes for "off": flit_core is here, too
    "COLUMNS": "120",
    "PYTHONIOENCODING": "utf-8",
}
INHERITED_NOT = ("MINNET_", "PIP_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


@frozen
class Environment:
    """A virtual environment that sees what is installed around it, but for some distributions, and can have more.

    It holds no copies: the packages around it are links, so it is made in a fraction of a second.
    `run` and `shell` find ``python``, ``pip``, ``minnet``, ``pytest`` and all other console scripts on their ``PATH``,
    and they all work in this environment. ``pip`` asks no package index.

    Attributes:
        folder: holds it all, and may be removed when it is no longer used.
    """

    folder: Path

    @classmethod
    def create(cls, folder: Path, without: Collection[str] = ()) -> Environment:
        """Make an environment.

        Args:
            folder: where; made if there is none.
            without: distributions that it shall not see. Their names may be those of distributions that are not
                installed.
        """
        self = cls(folder.resolve())
        self.work.mkdir(parents=True)
        venv.create(self.folder / "venv", symlinks=True)
        outer = self.folder / "outer"
        outer.mkdir()
        hidden = {file for name in without for file in _top_level_files(name)}
        for site in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            for entry in Path(site).iterdir():
                if entry.name not in hidden:
                    (outer / entry.name).symlink_to(entry)
        # addsitedir() rather than a plain path, for what is installed in editable mode has .pth files of its own.
        (self.site / "outer.pth").write_text(f"import site; site.addsitedir({str(outer)!r})\n", "utf-8")
        self._write_scripts(without)
        return self

    @property
    def work(self) -> Path:
        """Where commands run, unless they say otherwise; empty at first."""
        return self.folder / "work"

    @property
    def site(self) -> Path:
        """Its own ``site-packages``, which comes before what is around it on ``sys.path``."""
        return self._path("purelib")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self._path("scripts") / "python"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables of its processes: those around it, but for settings of Python and minnet."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED_NOT)}
        path = os.pathsep.join([str(self._path("scripts")), os.environ.get("PATH", os.defpath)])
        return {**kept, **SETTINGS, "VIRTUAL_ENV": str(self.folder / "venv"), "PATH": path}

    def run(
        self, *command: str | Path, cwd: Path | None = None, code: int | None = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command: ``run("minnet", "layers")``, ``run("python", "-c", "...")``.

        Args:
            command: a program and its arguments.
            cwd: where; `work` if not given.
            code: what it must exit with; None: anything.
            variables: environment variables in addition to `variables`.

        Returns:
            The process, with what it wrote to ``stdout`` and ``stderr``.

        Raises:
            AssertionError: with all its output, if it exits with another code.
        """
        done = subprocess.run(  # which finds the program by the PATH that is given here
            list(map(str, command)),
            cwd=cwd or self.work,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",  # what a broken plugin prints is what a test wants to see
            check=False,
            timeout=600,
        )
        if code is not None and done.returncode != code:
            raise AssertionError(
                f"expected {command} to exit with {code}, received {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done

    def shell(self, line: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a line of shell, such as ``pip install -e '.[test]' && pytest``; the options are those of `run`."""
        return self.run("bash", "-c", line, **options)

    def _path(self, kind: str) -> Path:
        base = str(self.folder / "venv")
        return Path(sysconfig.get_path(kind, "venv", vars={"base": base, "platbase": base}))

    def _write_scripts(self, without: Collection[str]) -> None:
        """Write the console scripts of what is installed around it: those that are there work in another one."""
        scripts = self._path("scripts")
        for point in entry_points(group="console_scripts"):
            if point.dist is None or point.dist.name not in without:
                name = point.attr.partition(".")[0]
                text = LAUNCHER.format(python=self.python, module=point.module, name=name, attribute=point.attr)
                _write_script(scripts / point.name, text)
        _write_script(scripts / "pip", PIP.format(outer=sys.executable, inner=self.python))


def _write_script(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _top_level_files(name: str) -> Iterator[str]:
    """List what a distribution has put into ``site-packages``, by its own record."""
    try:
        files = distribution(name).files
    except PackageNotFoundError:
        return
    yield from {file.parts[0] for file in files or ()} - {"..", "__pycache__"}
