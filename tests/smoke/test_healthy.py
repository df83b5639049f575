"""What is right works, whatever else is installed."""

import json

import pytest
from faulty import FAULTY
from healthy import HEALTHY

HEALTHY_COMPONENTS = [
    (stranger, kind, name) for stranger in HEALTHY for kind, names in stranger.components.items() for name in names
]
# Something else is wrong with their distribution, and they work for all that.
USABLE_COMPONENTS = [
    (stranger, kind, name)
    for stranger in FAULTY
    for kind, names in stranger.components.items()
    for name in names
    if not stranger.error
]
of_healthy = pytest.mark.parametrize(
    ("stranger", "kind", "name"), HEALTHY_COMPONENTS, ids=[name for _, _, name in HEALTHY_COMPONENTS]
)
of_usable = pytest.mark.parametrize(
    ("stranger", "kind", "name"), USABLE_COMPONENTS, ids=[stranger.name for stranger, _, _ in USABLE_COMPONENTS]
)

USE = """
import json, sys
import numpy as np
import minnet_core

kind, *names = sys.argv[1:]
registry = getattr(minnet_core, kind)
cls, *others = [registry[name] for name in names]
assert all(other is cls for other in others)
assert all(name in registry for name in names)
x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
if kind == "layers":
    results = [cls().forward(x), cls().backward(x, x)]
elif kind == "criterions":
    results = [np.float32(cls().forward(x, 2 * x)), cls().backward(x, 2 * x)]
else:
    layer = minnet_core.layers["Linear"](3, 2, rng=0)
    optimizer = cls(layer)
    layer.backward(x, layer.forward(x))
    optimizer.step()
    results = layer.getParameters()
print(json.dumps([np.asarray(result).tolist() for result in results]))
"""


def qualified(stranger, name):
    return f"{stranger.name}:{name}"


@of_healthy
def test_a_healthy_component_computes_the_same_as_among_healthy_ones(crowded, calm, stranger, kind, name):
    command = ("python", "-c", USE, kind, name, qualified(stranger, name))
    assert crowded.run(*command).stdout == calm.run(*command).stdout


@of_healthy
def test_a_healthy_component_passes_its_check(crowded, stranger, kind, name):
    crowded.run("minnet", "check", name)


@pytest.mark.parametrize("kind", ["layers", "criterions", "optimizers"])
def test_what_is_healthy_is_listed_as_among_healthy_ones(crowded, calm, kind):
    among_healthy = json.loads(calm.run("minnet", kind, "--json").stdout)
    listed = json.loads(crowded.run("minnet", kind, "--json").stdout)
    assert [row for row in listed if row in among_healthy] == among_healthy
    names = {row["name"] for row in listed}
    assert names >= {name for _, its_kind, name in HEALTHY_COMPONENTS if its_kind == kind}


@pytest.mark.parametrize("stranger", HEALTHY, ids=lambda stranger: stranger.name)
def test_a_healthy_distribution_is_not_blamed(report, stranger):
    assert [problem for problem in report["problems"] if problem["distribution"] == stranger.name] == []
    (row,) = [row for row in report["distributions"] if row["distribution"] == stranger.name]
    assert row["state"] == "ok"


def test_the_command_of_a_healthy_plugin_runs(crowded):
    assert crowded.run("minnet", "greet").stdout == "good day\n"


@of_usable
def test_a_right_component_of_a_faulty_distribution_works_by_its_qualified_name(crowded, stranger, kind, name):
    crowded.run("python", "-c", USE, kind, qualified(stranger, name))
