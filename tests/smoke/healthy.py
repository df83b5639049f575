"""Distributions in which nothing is wrong, and which work whatever else is installed."""

from pathlib import Path

from layer_source import layer_source
from stranger import Stranger

CRITERION = """
import numpy as np

from minnet_core import Criterion, Example


def draw_target(rng, shape, dtype):
    return rng.standard_normal(shape).astype(dtype)


class HalfSquare(Criterion):
    EXAMPLES = (Example(input=(4, 3), target=draw_target),)

    def updateOutput(self, input, target):
        self.output = float(0.5 * np.sum((input - target) ** 2) / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = ((input - target) / len(input)).astype(input.dtype)
        return self.gradInput
"""

OPTIMIZER = """
import numpy as np

from minnet_core import Example, Optimizer


class SignDescent(Optimizer):
    EXAMPLES = (Example(input=(4, 3)),)

    def __init__(self, module, lr=1e-3):
        super().__init__(module)
        self.lr = float(lr)

    def update(self, parameters, gradients, *state):
        parameters -= self.lr * np.sign(gradients)
"""

HOOKS = """
import sys

import click

from minnet_core import hookimpl


# As libraries do that print in colour: whatever stands for stdout must know what a stream knows.
TERMINAL = sys.stdout.isatty(), sys.stdout.encoding.lower(), sys.stdout.errors, sys.stdout.buffer, sys.stdout.fileno()


@click.command()
def greet():
    '''Greet.'''
    click.echo("good day")


@hookimpl
def minnet_commands():
    return [greet]


@hookimpl
def minnet_register_components(registrar):
    from minnet_good_hooks.computed import Thrice

    registrar.register("layers", Thrice)
"""


def make_egg_info(site: Path) -> None:
    """Turn the metadata of a wheel into those that ``setup.py install`` left."""
    folder = (site / "minnet_good_egg-0.1.0.dist-info").rename(site / "minnet_good_egg-0.1.0-py3.11.egg-info")
    (folder / "METADATA").rename(folder / "PKG-INFO")
    (folder / "RECORD").unlink()
    (folder / "WHEEL").unlink()
    (folder / "top_level.txt").write_text("minnet_good_egg\n", "utf-8")


def add_odd_requirements(site: Path) -> None:
    """Require what no tool of today would write: nobody can say whether it is there, and it is no reason to fail."""
    odd = b'Requires-Dist: !!!\nRequires-Dist: absent-thing ; os_name ~= "posix"\n'
    metadata = site / "minnet_good_odd-0.1.0.dist-info" / "METADATA"
    metadata.write_bytes(metadata.read_bytes().replace(b"\nSummary:", b"\n" + odd + b"Summary:", 1))


HEALTHY = (
    Stranger(
        name="minnet-good-layer",
        modules={"minnet_good_layer": layer_source("Twice")},
        entry_points={"minnet.layers": {"Twice": "minnet_good_layer:Twice"}},
        components={"layers": ["Twice"]},
    ),
    Stranger(
        name="minnet-good-criterion",
        modules={"minnet_good_criterion": CRITERION},
        entry_points={"minnet.criterions": {"HalfSquare": "minnet_good_criterion:HalfSquare"}},
        components={"criterions": ["HalfSquare"]},
    ),
    Stranger(
        name="minnet-good-optimizer",
        modules={"minnet_good_optimizer": OPTIMIZER},
        entry_points={
            "minnet.optimizers": {"SignDescent": "minnet_good_optimizer:SignDescent"},
            "minnet.protocol": {"1": "minnet_good_optimizer"},
        },
        components={"optimizers": ["SignDescent"]},
    ),
    Stranger(
        name="minnet-good-hooks",
        modules={
            "minnet_good_hooks": "",
            "minnet_good_hooks.plugin": HOOKS,
            "minnet_good_hooks.computed": layer_source("Thrice", 3.0),
        },
        entry_points={"minnet": {"good-hooks": "minnet_good_hooks.plugin"}},
        components={"layers": ["Thrice"]},
    ),
    Stranger(
        name="minnet-good-suite",
        modules={
            "minnet_good_suite": "from minnet_good_suite.quarter import Quarter",
            "minnet_good_suite.quarter": layer_source("Quarter", 0.25),
            "minnet_good_suite.more": "",
            "minnet_good_suite.more.eighth": layer_source("Eighth", 0.125),
        },
        entry_points={
            "minnet.layers": {"Quarter": "minnet_good_suite:Quarter", "Eighth": "minnet_good_suite.more.eighth:Eighth"}
        },
        requires=["minnet-core >=0.1"],
        components={"layers": ["Quarter", "Eighth"]},
    ),
    Stranger(
        name="minnet-good-egg",
        modules={"minnet_good_egg": layer_source("Fivefold", 5.0)},
        entry_points={"minnet.layers": {"Fivefold": "minnet_good_egg:Fivefold"}},
        tamper=make_egg_info,
        components={"layers": ["Fivefold"]},
    ),
    Stranger(
        name="minnet-good-odd",
        modules={"minnet_good_odd": layer_source("Sevenfold", 7.0)},
        entry_points={"minnet.layers": {"Sevenfold": "minnet_good_odd:Sevenfold"}},
        tamper=add_odd_requirements,
        components={"layers": ["Sevenfold"]},
    ),
)
