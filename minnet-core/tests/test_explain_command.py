from __future__ import annotations

import json

import pytest

from minnet_core import layers
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution

SOURCE = r'''
import numpy as np
from minnet_core import Criterion, Example, Module, Optimizer, Reference


class Half(Module):
    r"""Half of the input.

    .. math:: y = \frac{x}{2}

    Backward, :math:`y` being linear in ``x``:

    .. math:: \frac{\partial L}{\partial x}
              = \frac12 \frac{\partial L}{\partial y}

    PyTorch: ``torch.nn.Half``,
    if it had one.

    Paper: none.
    """

    EXAMPLES = (
        Example(input=[(4, 3), (2,)], reference=Reference("torch.nn.Half")),
        Example(arguments={"twice": True}, input=(4, 3)),
    )

    def __init__(self, twice: bool = False, *, name: str | None = None) -> None:
        super().__init__()
        self.factor = 0.25 if twice else 0.5

    def updateOutput(self, input):
        self.output = input * input.dtype.type(self.factor)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * input.dtype.type(self.factor)
        return self.gradInput


class Bare(Module):
    PARAMETERS = {"w": "gradW"}
    BUFFERS = ("mean",)
    ALIASES = {"weight": "w"}


class Loss(Criterion):
    """A loss."""

    EXAMPLES = (Example(input=(4, 3), target=lambda rng, shape, dtype: rng.standard_normal(shape).astype(dtype)),)

    def updateOutput(self, input, target):
        self.output = float(np.sum(input * target)) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (target / len(input)).astype(input.dtype)
        return self.gradInput


class Descent(Optimizer):
    """Steps down."""

    def update(self, parameters, gradients):
        parameters -= parameters.dtype.type(0.1) * gradients
'''


@pytest.fixture
def minnet(run_minnet, monkeypatch, site):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))
    points = {
        "minnet.layers": {"Half": "strange_a:Half", "Bare": "strange_a:Bare", "Both": "strange_a:Half"},
        "minnet.criterions": {"Loss": "strange_a:Loss", "Both": "strange_a:Loss"},
        "minnet.optimizers": {"Descent": "strange_a:Descent"},
    }
    install_distribution(
        site, "strange-a", {"strange_a": "from __future__ import annotations\n" + SOURCE}, entry_points=points
    )
    return run_minnet


def table(out):
    """The lines before the docstring, by label; what has none belongs to the one before."""
    rows, label = {}, ""
    for line in out.partition("\n\n")[0].splitlines():
        label = line[:11].strip() or label
        rows.setdefault(label, []).append(line[13:])
    return rows


def test_a_layer_is_explained_from_its_signature_to_its_paper(minnet, site):
    code, out, err = minnet("explain", "Half")
    assert (code, err) == (0, "")
    rows = table(out)
    line = SOURCE[: SOURCE.index("class Half")].count("\n") + 2
    assert rows.pop("conformance")[0].startswith("Half: ")
    assert rows == {
        "name": ["Half", "strange-a:Half"],
        "kind": ["layer"],
        "provider": ["strange-a 0.1.0"],
        "class": ["strange_a:Half"],
        "file": [f"{site / 'strange_a.py'}:{line}"],
        "signature": ["Half(twice: bool = False, *, name: str | None = None)"],
        "shapes": ["(4, 3) -> (4, 3)", "(2,) -> (2,)"],
        "PyTorch": ["torch.nn.Half, if it had one."],
        "paper": ["none."],
    }
    assert "\n    y = \\frac{x}{2}\n" in out
    assert "\nBackward, y being linear in x:\n" in out
    assert "    \\frac{\\partial L}{\\partial x} = \\frac12 \\frac{\\partial L}{\\partial y}\n" in out


def test_the_conformance_of_every_example_is_told_unless_it_is_not_wanted(minnet):
    told = table(minnet("explain", "Half")[1])["conformance"]
    assert [line.partition(":")[0] for line in told] == ["Half", "Half(twice=True)"]
    assert all(" passed" in line and "failed" not in line for line in told)
    assert "conformance" not in table(minnet("explain", "--no-check", "Half")[1])


def test_json_has_the_same_and_the_formulas_one_by_one(minnet):
    code, out, _ = minnet("explain", "strange-a:Half", "--json")
    (found,) = json.loads(out)
    assert code == 0
    assert found["formulas"] == [
        r"y = \frac{x}{2}",
        r"\frac{\partial L}{\partial x} = \frac12 \frac{\partial L}{\partial y}",
    ]
    assert (found["summary"], found["pytorch"]) == ("Half of the input.", "torch.nn.Half, if it had one.")
    assert found["references"] == ["torch.nn.Half"]
    assert found["conformance"]["Half"]["failed"] == 0 < found["conformance"]["Half"]["passed"]


def test_all_names_of_its_arrays_are_told(minnet):
    rows = table(minnet("explain", "--no-check", "Bare")[1])
    assert rows["parameters"] == ["w or weight, gradient gradW or gradWeight"]
    assert rows["buffers"] == ["mean"]
    (found,) = json.loads(minnet("explain", "--no-check", "Bare", "--json")[1])
    assert (found["parameters"], found["buffers"]) == ({"w": "gradW"}, ["mean"])
    assert found["aliases"] == {"weight": "w", "gradWeight": "gradW"}


def test_a_criterion_makes_a_number_and_an_optimizer_has_no_shapes(minnet):
    assert table(minnet("explain", "Loss")[1])["shapes"] == ["(4, 3) -> a number"]
    rows = table(minnet("explain", "Descent")[1])
    assert "shapes" not in rows
    assert rows["kind"] == ["optimizer"]
    assert "passed" in rows["conformance"][0]


def test_of_a_class_that_says_nothing_what_can_be_known_is_told(minnet):
    code, out, _ = minnet("explain", "Bare")
    assert code == 0
    assert {"shapes", "conformance", "PyTorch"}.isdisjoint(table(out))
    assert table(out)["signature"] == ["Bare()"]
    assert "It has no docstring." in out


def test_a_name_of_two_kinds_is_explained_as_both(minnet):
    code, out, _ = minnet("explain", "Both", "--no-check", "--json")
    assert code == 0
    assert [found["kind"] for found in json.loads(out)] == ["layers", "criterions"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "Hulf",
            "no distribution registers 'Hulf' in layers or criterions or optimizers or initializers; "
            "did you mean 'Half'?",
        ),
        ("half", "did you mean 'Half'?"),
        ("minnet-absent:Half", "minnet-absent is not installed; pip install minnet-absent"),
        ("strange-b:Half", "strange-b is not installed; did you mean 'strange-a:Half'?"),
    ],
)
def test_a_name_that_is_not_known_is_answered_with_what_to_do(minnet, name, told):
    code, out, err = minnet("explain", name)
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert told in err


def test_what_is_broken_is_explained_by_its_cause(minnet, site):
    install_distribution(
        site, "strange-b", {"strange_b": "1 / 0"}, entry_points={"minnet.layers": {"B": "strange_b:B"}}
    )
    layers.refresh()
    code, _, err = minnet("explain", "B")
    assert code == 1
    assert "strange-b:B (strange-b 0.1.0, strange_b:B) cannot be loaded: ZeroDivisionError" in err


def test_what_a_name_means_twice_must_be_qualified(minnet, site):
    install_distribution(
        site, "strange-b", {"strange_b": SOURCE}, entry_points={"minnet.layers": {"Half": "strange_b:Half"}}
    )
    layers.refresh()
    code, _, err = minnet("explain", "Half")
    assert code == 1
    assert "'Half' means several layers: strange-a:Half" in err
    assert minnet("explain", "strange-b:Half", "--no-check")[0] == 0


def test_a_class_of_a_notebook_has_no_file(minnet):
    scope = {"__name__": "made"}
    exec(SOURCE.replace("class Half", "class Made"), scope)
    layers.register(scope["Made"])
    rows = table(minnet("explain", "Made", "--no-check")[1])
    assert rows["provider"] == ["local"]
    assert "file" not in rows
