"""The fixtures for tests of plugins, used as an author of one would."""

from __future__ import annotations

import pytest

from minnet_core import Module, layers

SWELL = """
    import subprocess
    import sys

    import pytest
    from minnet_core import Module, PluginLoadError, UnknownComponentError, build, layers, to_config

    SWELL = "from minnet_core import Module\\nclass Swell(Module): {}\\n"
    POINTS = {"minnet.layers": {"Swell": "swell:Swell"}}
"""


def run(pytester, tests):
    """Run tests twice in one process, the second time in the opposite order: none may leave anything behind."""
    pytester.makepyfile(pytester_dedent(SWELL) + pytester_dedent(tests))
    pytester.makeconftest("def pytest_collection_modifyitems(items): items += reversed(items[:])")
    return pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:randomly", "-q")


def pytester_dedent(text):
    from textwrap import dedent

    return dedent(text)


def test_isolated_registries_discover_nothing_and_forget_what_a_test_registers(pytester, distribution):
    run(
        pytester,
        """
        def test_nothing_is_there(isolated_registries):
            assert [*isolated_registries.layers, *isolated_registries.criterions, *isolated_registries.optimizers] == []
            assert "Sequential" not in layers

        def test_what_is_registered_is_found_by_everything(isolated_registries):
            @isolated_registries.layers.register
            class Sequential(Module):
                pass

            assert list(layers) == ["Sequential"]
            assert type(build({"class": "Sequential"})) is Sequential
            assert to_config(Sequential()) == {"class": "local:Sequential"}

        def test_without_the_fixture_all_is_there():
            assert {"Sequential", "Scale"} <= set(layers)
            assert "local:Sequential" not in layers
        """,
    ).assert_outcomes(passed=6)


def test_a_throwaway_distribution_is_there_for_one_test_in_this_process_and_in_others(pytester):
    run(
        pytester,
        """
        def test_it_is_found_by_its_metadata(throwaway_site):
            throwaway_site.install("swell", {"swell": SWELL.format("size = 1")}, entry_points=POINTS, version="3.0")
            assert layers.declaration("Swell").provider == "swell 3.0"
            assert layers["Swell"].size == 1
            code = "import minnet_core; print(minnet_core.layers['swell:Swell'].size)"
            assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout.strip() == b"1"

        def test_another_version_replaces_it(throwaway_site):
            for size in (2, 3):
                source = {"swell": SWELL.format(f"size = {size}")}
                throwaway_site.install("swell", source, entry_points=POINTS, version=f"{size}.0")
                assert layers["Swell"].size == size

        def test_it_may_be_broken(throwaway_site):
            source = {"swell": "import absent_thing"}
            throwaway_site.install("swell", source, entry_points=POINTS, requires=["absent-thing"])
            with pytest.raises(PluginLoadError, match="pip install absent-thing"):
                layers["Swell"]
            assert "Sequential" in layers

        def test_without_the_fixture_it_is_not_there():
            assert "Swell" not in layers
            assert "swell" not in sys.modules
        """,
    ).assert_outcomes(passed=8)


def test_the_fixtures_are_listed_with_what_they_are_for(pytester):
    result = pytester.runpytest_subprocess("--fixtures", "-p", "no:hypothesispytest")
    result.stdout.fnmatch_lines(
        [
            "isolated_registries -- *",
            "    Registries without discovery: *",
            "throwaway_site -- *",
            "    A site directory of this test alone: *",
        ]
    )


def test_a_class_that_is_registered_by_this_program_is_there_again_after_isolation(isolated_registries):
    assert list(layers) == []


@pytest.fixture
def registered():
    """A class that is registered before the registries are isolated."""
    cls = type("Mine", (Module,), {"__module__": "mine"})
    layers.register(cls)
    yield cls
    assert layers["Mine"] is cls
    del layers._local["local:Mine"]
    layers.refresh()


def test_what_a_program_registers_is_out_of_sight_and_comes_back(registered, isolated_registries):
    assert "Mine" not in layers
