"""What is switched off is not imported, and what is not used is not either."""

import pytest
from faulty import FAULTY
from healthy import HEALTHY

# Of the rest, nobody can read the name: it cannot be imported, and cannot be named as an option.
NAMEABLE = [stranger.name for stranger in (*FAULTY, *HEALTHY) if stranger.error != "UnknownComponentError"]
EVERYBODY = [stranger.name for stranger in (*FAULTY, *HEALTHY)]
SWITCHES = {
    "disabled": ((), {"MINNET_DISABLE_PLUGINS": ",".join(EVERYBODY)}),
    "none allowed": ((), {"MINNET_PLUGINS": ""}),
    "options": ([word for name in NAMEABLE for word in ("-p", f"no:{name}")], {}),
}
COMMANDS = {
    "help": ["--help"],
    "layers": ["layers"],
    "check": ["check", "ReLU"],
    "train": ["train", "--epochs", "1", "-o", "switched-off.safetensors"],
}
LOOK_UP = "import minnet_core; minnet_core.layers['Twice']().forward(__import__('numpy').ones((2, 3)))"


@pytest.fixture(params=SWITCHES.values(), ids=SWITCHES)
def switch(request):
    return request.param


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_that_is_switched_off_is_imported(imported, switch, command):
    options, variables = switch
    assert imported("minnet", *options, *command, **variables) == set()


@pytest.mark.parametrize("command", ["plugins", "doctor"])
def test_not_even_to_see_what_is_wrong_with_it(imported, switch, command):
    options, variables = switch
    assert imported("minnet", *options, command, code=None, **variables) == set()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_imports_plugins_and_no_component(imported, command):
    """Which also proves that the journal tells."""
    modules = imported("minnet", *command)
    with_hooks = {module for stranger in (*FAULTY, *HEALTHY) for module in stranger.plugins}
    # The healthy plugin with hooks imports its package, and the component that it computes.
    assert with_hooks <= modules <= with_hooks | {"minnet_good_hooks", "minnet_good_hooks.computed"}


def test_looking_a_layer_up_imports_it_alone(imported):
    assert imported("python", "-c", LOOK_UP) == {"minnet_good_layer"}


def test_what_is_allowed_works_alone(imported):
    allowed = "minnet-good-layer, Minnet_Good_Suite"
    assert imported("python", "-c", LOOK_UP, MINNET_PLUGINS=allowed) == {"minnet_good_layer"}
    imported("python", "-c", LOOK_UP, code=1, MINNET_PLUGINS="minnet-good-suite")


def test_the_report_imports_everything_but_what_cannot_be(imported):
    expected = {module for stranger in (*FAULTY, *HEALTHY) for module in stranger.modules if stranger.is_importable}
    assert imported("minnet", "plugins", code=1) == expected
