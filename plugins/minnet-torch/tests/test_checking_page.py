"""What the documentation shows of three public mistakes is what ``minnet check`` prints of them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from minnet_core.cli.main import main

PAGE = Path(__file__).parents[3] / "docs" / "prove-a-pytorch-layer.md"

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the documentation is not part of the distribution")


def samples():
    text = PAGE.read_text() if PAGE.is_file() else ""
    return re.findall(r"```python\n# (\S+)\n(.*?)```.*?```console\n\$ (.*?)\n(.*?)```", text, re.S)


def test_there_are_three():
    assert len(samples()) == 3


@pytest.mark.parametrize(("name", "source", "command", "output"), samples())
def test_the_page_shows_what_is_printed(tmp_path, monkeypatch, name, source, command, output):
    (tmp_path / name).write_text(f"# {name}\n{source}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-onnx")  # whose checks would be counted as skipped
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 1
    assert result.output == output
