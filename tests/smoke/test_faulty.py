"""What is wrong is told to whoever uses it, and to nobody else."""

import json

import pytest
from faulty import FAULTY

FAULTY_COMPONENTS = [
    (stranger, kind, name)
    for stranger in FAULTY
    for kind, names in stranger.components.items()
    for name in names
    if stranger.error
]

USE_TWICE = """
import json, sys
import minnet_core

kind, name = sys.argv[1:]
registries = [minnet_core.layers, minnet_core.criterions, minnet_core.optimizers]
listings = [(list(registry), len(registry), repr(registry)) for registry in registries]
assert minnet_core.layers["Linear"](3, 2)
registry = getattr(minnet_core, kind)
told = []
for attempt in range(2):
    try:
        registry[name]()
    except Exception as error:
        told.append((type(error).__name__, isinstance(error, minnet_core.MinnetError), str(error)))
assert listings == [(list(registry), len(registry), repr(registry)) for registry in registries]
print(json.dumps(told))
"""


@pytest.mark.parametrize(
    ("stranger", "kind", "name"), FAULTY_COMPONENTS, ids=[stranger.name for stranger, _, _ in FAULTY_COMPONENTS]
)
def test_a_faulty_component_raises_with_its_cause_each_time_it_is_used_and_only_then(crowded, stranger, kind, name):
    done = crowded.run("python", "-c", USE_TWICE, kind, f"{stranger.name}:{name}")
    first, second = json.loads(done.stdout)
    assert first == second
    error, is_ours, message = first
    assert error == stranger.error
    if error == "PluginLoadError":
        assert is_ours
        assert stranger.cause in message
        assert stranger.remedy in message
        assert f"{stranger.name} {stranger.version}" in message


def test_a_name_that_two_strangers_have_is_ambiguous(crowded):
    message = crowded.run("python", "-c", "import minnet_core; minnet_core.layers['Namesake']", code=1).stderr
    assert "AmbiguousNameError" in message
    assert "minnet-bad-castor:Namesake (minnet-bad-castor 0.1.0, minnet_bad_castor:Namesake)" in message
    assert "minnet-bad-pollux:Namesake (minnet-bad-pollux 0.1.0, minnet_bad_pollux:Namesake)" in message


def test_strictness_raises_at_once(crowded):
    done = crowded.run(
        "python", "-c", "import minnet_core; list(minnet_core.layers)", code=1, MINNET_STRICT_PLUGINS="1"
    )
    assert "minnet_core.errors.PluginLoadError" in done.stderr


def test_the_command_tells_which_plugins_fail_and_goes_on(crowded):
    done = crowded.run("minnet", "--help")
    for name in ("dead", "signature", "unknown", "raising", "junk"):
        assert f"warning: minnet-bad-{name}:{name} (minnet-bad-{name} 0.1.0, minnet_bad_{name})" in done.stderr
    assert "greet" in done.stdout
