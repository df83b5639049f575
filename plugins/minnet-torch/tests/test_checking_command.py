"""``minnet check`` of files with layers of PyTorch: what is guessed, said and returned, and what is imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from minnet_core.cli.main import main

SOURCE = """
import torch
from minnet_core import Example

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output

class Half(Square):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return x * grad_output

class Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.t() @ x, grad_output.sum(0)

class Net(torch.nn.Module):
    def __init__(self, features):
        super().__init__()
        self.first = torch.nn.Linear(features, 3)
    def forward(self, x):
        self.hidden = self.first(x)
        return self.hidden.tanh()

class Normed(torch.nn.Module):
    def __init__(self, of=torch.nn.utils.parametrizations.spectral_norm, keeps=False):
        super().__init__()
        self.keeps, self.linear = keeps, of(torch.nn.Linear(5, 3))
    def train(self, mode=True):
        super().train(mode)
        if self.keeps:
            self.linear.parametrizations.eval()
        return self
    def forward(self, x):
        return self.linear(x)

def make_kept():
    return Normed(keeps=True)

def make_old():
    return Normed(torch.nn.utils.spectral_norm)

def make_net():
    return torch.nn.Sequential(torch.nn.Linear(5, 3), torch.nn.Tanh())

EXAMPLES = {"Square": [Example(input=(2, 3)), Example(input=(3, 2, 2))]}
"""


@pytest.fixture
def check(tmp_path, monkeypatch):
    (tmp_path / "layers.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(main, ["check", *arguments])
        return result.exit_code, result.output

    return run


def test_examples_may_stand_beside_the_class(check):
    code, output = check("layers.py:Square")
    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()[1:3]] == [["Square", "#0"], ["Square", "#1"]]


def test_a_wrong_function_is_told_in_the_words_of_pytorch(check):
    code, output = check("layers.py:Half")
    assert code == 1
    assert "Half: its input is taken to be 4,5\n" in output
    assert "x.grad[0, 0], shape (4, 5) float64" in output
    assert "0.5 times the slope" in output
    assert "look here: backward's formula" in output
    assert "again: minnet check layers.py:Half --input 4,5 --check gradInput_is_the_slope" in output
    told = output.replace("gradInput_is_the_slope", "")
    assert not [word for word in ("gradInput", "gradOutput", "updateOutput", "accGradParameters") if word in told]


def test_what_is_named_like_a_weight_is_taken_for_a_parameter(check):
    code, output = check("layers.py:Affine", "--check", "parameter_gradients_are_the_slopes")
    assert code == 0
    assert "its input is taken to be 4,5; weight a parameter of 3,5, bias a parameter of 3\n" in output


def test_parameters_may_be_given_by_their_shapes(check):
    given = json.dumps({"weight": {"shape": [2, 3]}, "bias": {"shape": [2]}})
    code, output = check("layers.py:Affine", "--args", given, "--input", "4,3", "--check", "is_made")
    assert code == 0
    assert "taken to be" not in output


def test_a_constructor_that_needs_arguments_says_so(check):
    code, output = check("layers.py:Net")
    assert code == 2
    assert "Net: its constructor needs features" in output


def test_a_weakness_fails_only_where_that_is_asked_for(check):
    asked = ("layers.py:Net", "--args", '{"features": 5}', "--check", "a_used_module_can_be_copied")
    assert check(*asked)[0] == 0
    code, output = check(*asked, "--strict")
    assert code == 1
    assert "left there: hidden" in output


def test_json_has_what_the_table_has(check):
    code, output = check("layers.py:Half", "--json")
    assert code == 1
    (report,) = json.loads(output)
    assert report["failures"] == ["gradInput_is_the_slope"]
    assert "passes_may_overlap" in {result["check"] for result in report["results"]}


def test_a_function_that_makes_a_module_will_do(check):
    code, output = check("layers.py:make_net", "--check", "parameter_gradients_are_the_slopes")
    assert code == 0
    assert "make_net: its input is taken to be 4,5\n" in output


def test_a_power_iteration_is_named_where_its_gradient_is_none_of_the_slope(check):
    asked = ("--check", "parameter_gradients_are_the_slopes")
    for name in ("Normed", "make_old"):
        code, output = check(f"layers.py:{name}", *asked)
        assert code == 1
        assert "look here: its spectral_norm: in training it takes the u and v of its power iteration for" in output
    assert check("layers.py:make_kept", *asked)[0] == 0  # as the hint says
    assert "spectral_norm" not in check("layers.py:Half", "--check", "gradInput_is_the_slope")[1]


def test_a_whole_file_is_checked(check):
    code, output = check("layers.py", "--check", "forward_runs", "--jobs", "1")
    assert code == 0
    assert "Net is not checked: its constructor needs features" in output
    assert [line.split()[0] for line in output.splitlines()[1:6]][:2] == ["Square", "Square"]


def test_the_checks_are_listed(check):
    code, output = check("--list")
    assert code == 0
    assert "passes_may_overlap" in output
    assert "PyTorch layer" in output


def test_pytorch_is_imported_for_its_own_layers_alone():
    program = (
        "import sys; from minnet_core import Sequential; from minnet_core.testing import check_component, all_checks; "
        "check_component(Sequential, on_fail=None); all_checks(); print('torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
