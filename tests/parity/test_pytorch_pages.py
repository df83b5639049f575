"""What the pages about PyTorch show runs: their snippets, from top to bottom, which `tox -e docs` passes over."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["docs/pytorch.md", "plugins/minnet-torch/README.md"])
def test_every_snippet_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / page).read_text())
    assert len([kind for kind, _ in blocks if kind == "python"]) >= 2
    namespace = {"__name__": "__main__"}
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, page, "exec"), namespace)
            continue
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", text, re.MULTILINE):
            if command.startswith("minnet convert"):
                arguments = [sys.executable, "-m", "minnet_core", *command.split()[1:]]
                done = subprocess.run(arguments, capture_output=True, text=True)
                assert (done.returncode, done.stdout) == (0, expected), done.stderr
