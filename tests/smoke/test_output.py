"""What commands print and write does not depend on what else is installed, nor on any order."""

import json

import pytest

SHUFFLE_FILES = """
import os, random, sys

seed = int(sys.argv.pop(1))
listdir = os.listdir
os.listdir = lambda *folder: random.Random(seed).sample(sorted(listdir(*folder)), len(listdir(*folder)))
"""

REPORT = f"""{SHUFFLE_FILES}
from minnet_core.cli.main import main

main()
"""

LIST = f"""{SHUFFLE_FILES}
if seed:
    random.Random(seed).shuffle(sys.path)

import minnet_core

for registry in (minnet_core.layers, minnet_core.criterions, minnet_core.optimizers):
    for name in registry:
        try:
            declaration = registry.declaration(name)
        except minnet_core.MinnetError as error:
            print(name, error)
        else:
            # Of two copies in two folders the first on the path counts: its version alone may depend on the order.
            version = "" if declaration.distribution == "minnet-bad-double" else declaration.version
            print(name, declaration.distribution, version, declaration.target)
"""


@pytest.mark.parametrize("kind", ["layers", "criterions", "optimizers", "plugins"])
def test_json_is_all_that_is_on_stdout_even_though_plugins_print(crowded, kind):
    done = crowded.run("minnet", kind, "--json", code=int(kind == "plugins"))
    assert json.loads(done.stdout)
    assert "noise of a plugin that is imported" in done.stderr


def without_speed(output):
    """What the training printed, without the samples per second, which no two runs share."""
    return [line.rsplit(maxsplit=1)[0] if "%" in line else line for line in output.splitlines()]


def test_training_prints_and_writes_the_same_as_without_them(crowded, calm):
    command = ("minnet", "train", "--epochs", "2", "-o", "model.safetensors")
    among_faulty, among_healthy = crowded.run(*command), calm.run(*command)
    assert without_speed(among_faulty.stdout) == without_speed(among_healthy.stdout)
    model = "model.safetensors"
    assert (crowded.work / model).read_bytes() == (calm.work / model).read_bytes()


@pytest.fixture(scope="module")
def listing(crowded):
    return crowded.run("python", "-c", LIST, "0", PYTHONHASHSEED="0").stdout


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_listing_does_not_depend_on_hashes_nor_on_the_order_of_the_path_and_its_files(crowded, listing, seed):
    assert len(listing.splitlines()) > 40
    assert crowded.run("python", "-c", LIST, str(seed), PYTHONHASHSEED=str(seed)).stdout == listing


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_report_does_not_depend_on_hashes_nor_on_the_order_of_files(crowded, report, seed):
    done = crowded.run("python", "-c", REPORT, seed, "plugins", "--json", code=1, PYTHONHASHSEED=seed)
    assert json.loads(done.stdout) == report
