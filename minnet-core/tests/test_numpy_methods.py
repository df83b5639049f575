"""A stranger's ``updateOutput`` in a NumPy program, however it is laid out in its lines."""

from __future__ import annotations

import importlib
import runpy

import numpy as np
import pytest

from minnet_core.errors import ExportError
from minnet_core.exporting import ExportOptions
from minnet_core.exporting.numpy_code import write_numpy
from minnet_core.saving import ModelHeader

X = np.array([[1.0, 2.0], [-3.0, 0.5]], np.float32)

MODULE = """
from minnet_core import Module
class Own(Module):
    n = 1
    def updateOutput{method}
"""


@pytest.fixture
def own(tmp_path, monkeypatch, request):
    """A layer whose method is some text."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"methods_{abs(hash(request.node.name))}"  # one for each: Python keeps what it has compiled

    def made(method):
        (tmp_path / f"{name}.py").write_text(MODULE.format(method=method))
        module = importlib.import_module(name).Own()
        module.evaluate()
        return module

    return made


@pytest.mark.parametrize(
    "method",
    [
        "(self, input): return 2 * input",
        "(self, input): self.output = 2 * input; return self.output",
        "(\n        self, input\n    ): out = 2 * input; return out",
        "(self, input):\n        self.output = 2 * input; return self.output",
        "(self, input):\n        self.x = 2; self.output = self.x * input\n        return self.output",
        "(self, input):\n        out = input\n        out = 2 * out; self.output = out\n        return out",
        "(self, input):\n        out = 2 * input\n        self.output = (\n            out)\n        return out",
        '(self, input):\n        "said"; out = 2 * input\n        self.output = out  # kept\n        return out',
    ],
)
def test_lines_may_hold_several_statements_and_a_statement_several_lines(own, tmp_path, method):
    module = own(method)
    write_numpy(module, ModelHeader(config={}, components={}), tmp_path / "program.py", ExportOptions())
    program = runpy.run_path(str(tmp_path / "program.py"))
    np.testing.assert_array_equal(program["forward"](X), 2 * X)
    np.testing.assert_array_equal(module.forward(X), 2 * X)


@pytest.mark.parametrize("line", ["self.n += 1; out = self.n * input", "self.n = self.n + 1; out = self.n * input"])
def test_what_is_kept_is_refused_in_one_line_too(own, tmp_path, line):
    module = own(f"(self, input):\n        {line}\n        self.output = out\n        return out")
    with pytest.raises(ExportError, match=r"its updateOutput keeps self\.n from one call to the next"):
        write_numpy(module, ModelHeader(config={}, components={}), tmp_path / "program.py", ExportOptions())
