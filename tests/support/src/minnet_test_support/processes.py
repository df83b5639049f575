"""Python and ``minnet`` in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MINNET = [sys.executable, "-c", "import sys; from minnet_core.cli.main import main; sys.exit(main())"]
"""What runs the real program, as it is installed beside this Python."""


def run_minnet(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real program: ``run_minnet("train")``."""
    return subprocess.run([*MINNET, *arguments], capture_output=True, text=True, check=False)


def run_python(
    *arguments: str | Path, path: Sequence[Path] = (), cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Python without any setting of minnet and pytest: ``run_python(code, path=[site], MINNET_PLUGINS="")``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MINNET_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, *(arguments if len(arguments) > 1 else ("-c", *arguments))],
        cwd=cwd,
        env={**kept, "PYTHONPATH": os.pathsep.join(map(str, path)), **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
