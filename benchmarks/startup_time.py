"""What it costs that many components are installed: ``python benchmarks/startup_time.py``.

Ten distributions with twenty layers each are generated and installed into a temporary folder.
Listing them by minnet is compared with two that import all that they list: pluggy, and stevedore if it is installed.
All see the same entry points, and modules that import NumPy and minnet_core as any layer does.
Every measurement is a fresh process; they take turns, and the medians are compared, so a busy machine slows all.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from minnet_core.testing import install_distribution

DISTRIBUTIONS = 10
LAYERS = 20
ROUNDS = 30
TARGET = 60
"""Milliseconds that listing all of them may add to importing NumPy and attrs."""

LAYER = '''"""A layer of ordinary size."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn.arrays import as_floating


class Layer{number}(Module):
    r"""The input, multiplied by a gain for each feature.

    - input: (batch, features)
    - output: the same shape

    Forward:

    .. math:: y = g x

    Backward, by the product rule:

    .. math:: \\frac{{\\partial L}}{{\\partial x}} = g \\frac{{\\partial L}}{{\\partial y}}, \\qquad
              \\frac{{\\partial L}}{{\\partial g}} = \\sum_n x_n \\frac{{\\partial L}}{{\\partial y_n}}

    Args:
        size: the number of features.
    """

    PARAMETERS = {{"gain": "gradGain"}}
    EXAMPLES = (Example(arguments={{"size": 3}}, input=(4, 3)),)

    def __init__(self, size: int, *, dtype=np.float32) -> None:
        super().__init__()
        self.gain = np.ones(size, dtype)
        self.gradGain = np.zeros(size, dtype)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        self.output = input * self.gain
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = gradOutput * self.gain
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        self.gradGain += np.sum(input * gradOutput, axis=0)

    def __repr__(self) -> str:
        return f"{{type(self).__name__}} {{self.gain.size}}"
'''


@frozen
class Way:
    """One thing to measure.

    Attributes:
        name: for the table.
        statement: what a process does.
    """

    name: str
    statement: str

    def measure(self, environment: Mapping[str, str]) -> tuple[float, int]:
        """Do it in a process of its own: the milliseconds, and how many of the generated modules it imported."""
        code = (
            f"import time\nstart = time.perf_counter()\n{self.statement}\n"
            "taken = 1000 * (time.perf_counter() - start)\n"
            "import json, sys\n"
            "print(json.dumps([taken, sum(name.startswith('startup_') for name in sys.modules)]))"
        )
        command = [sys.executable, "-c", code]
        taken, imported = json.loads(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
        return taken, imported


BASE = Way("import numpy, attrs", "import numpy, attrs")
LISTING = Way("minnet lists all", "import numpy, attrs, minnet_core; list(minnet_core.layers)")
IN_PROCESS = (
    LISTING,
    Way("minnet finds one", "import numpy, attrs, minnet_core; minnet_core.layers['Layer3_7']"),
    Way(
        "pluggy loads all",
        "import numpy, attrs, pluggy; pluggy.PluginManager('x').load_setuptools_entrypoints('minnet.layers')",
    ),
    Way(
        "stevedore loads all",
        "import numpy, attrs; from stevedore import ExtensionManager; "
        "ExtensionManager('minnet.layers', invoke_on_load=False)",
    ),
)
COMMANDS = {"python -c pass": ["-c", "pass"], "minnet --help": ["-m", "minnet_core", "--help"]}


def install_layers(site: Path) -> None:
    """Generate and install the distributions."""
    for number in range(DISTRIBUTIONS):
        root = f"startup_{number}"
        names = [f"{number}_{each}" for each in range(LAYERS)]
        install_distribution(
            site,
            f"startup-{number}",
            {root: "", **{f"{root}.layer_{name}": LAYER.format(number=name) for name in names}},
            entry_points={"minnet.layers": {f"Layer{name}": f"{root}.layer_{name}:Layer{name}" for name in names}},
            requires=["minnet-core"],
        )


def measure_ways(environment: Mapping[str, str]) -> dict[str, float]:
    """Print what each way adds to importing NumPy and attrs, and return the medians."""
    ways = [way for way in IN_PROCESS if "stevedore" not in way.name or find_spec("stevedore")]
    imported = {way.name: way.measure(environment)[1] for way in ways}  # which also compiles the generated modules
    rounds = [(BASE.measure(environment)[0], *(way.measure(environment)[0] for way in ways)) for _ in range(ROUNDS)]
    base = statistics.median(taken for taken, *_ in rounds)
    print(f"{BASE.name}: {base:.0f} ms\n\n{'':24}{'adds, ms':>10}{'modules imported':>20}")
    added = {}
    for column, way in enumerate(ways, start=1):
        added[way.name] = statistics.median(taken[column] - taken[0] for taken in rounds)
        print(f"{way.name:24}{added[way.name]:10.1f}{imported[way.name]:20}")
    if len(ways) < len(IN_PROCESS):
        print("stevedore is not installed: pip install stevedore")
    return added


def measure_commands(environment: Mapping[str, str]) -> None:
    """Print what whole processes take, from start to end."""

    def milliseconds(arguments: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
        return 1000 * (time.perf_counter() - start)

    rounds = [[milliseconds(arguments) for arguments in COMMANDS.values()] for _ in range(ROUNDS)]
    print(f"\n{'':24}{'takes, ms':>10}")
    for name, column in zip(COMMANDS, zip(*rounds, strict=True), strict=True):
        print(f"{name:24}{statistics.median(column):10.1f}")


def main() -> None:
    """Install the distributions, and print the tables."""
    with TemporaryDirectory() as folder:
        install_layers(Path(folder, "site"))
        # stevedore keeps a cache in the home directory, which is to stay as it is.
        environment = {**os.environ, "PYTHONPATH": f"{folder}/site", "XDG_CACHE_HOME": f"{folder}/cache"}
        print(f"{DISTRIBUTIONS * LAYERS} layers of {DISTRIBUTIONS} distributions are installed\n")
        added = measure_ways(environment)
        measure_commands(environment)
    verdict = "within" if added[LISTING.name] <= TARGET else "over"
    print(f"\nlisting adds {added[LISTING.name]:.0f} ms, {verdict} the {TARGET} ms that it may")


if __name__ == "__main__":
    main()
