from __future__ import annotations

import json

import pytest

import minnet_core
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution

LAYER = "from minnet_core import Module\nclass X(Module): ...\n"


@pytest.fixture
def minnet(run_minnet, monkeypatch):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))
    monkeypatch.setenv("MINNET_PLUGINS", "strange-a")
    return run_minnet


def install(site, source=LAYER, **more):
    points = {"minnet.layers": {"X": "strange_a:X"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points, **more)


def test_doctor_says_what_everything_depends_on_and_that_nothing_is_wrong(site, minnet):
    install(site)
    code, out, err = minnet("doctor")
    assert (code, err) == (0, "")
    assert out.startswith(f"minnet-core: {minnet_core.__version__}, protocol 1, in ")
    assert "\npython: 3." in out
    assert "distributions with 3 components" in out
    assert "\nMINNET_PLUGINS: strange-a\n" in out
    assert out.endswith("\n\nnothing is wrong\n")


def test_doctor_fails_and_says_what_to_do(site, minnet):
    install(site, "import absent_thing", requires=["absent-thing"])
    code, out, _ = minnet("doctor")
    assert code == 1
    assert f"No module named 'absent_thing', at {site / 'strange_a.py'}:1; pip install absent-thing\n" in out
    kinds = [line.split()[:2] for line in out.partition("kind ")[2].splitlines()[1:]]
    assert kinds == [["broken", "strange-a"]] * 2
    code, out, _ = minnet("doctor", "--json")
    assert code == 1
    report = json.loads(out)
    assert report["environment"]["MINNET_PLUGINS"] == "strange-a"
    assert {finding["remedy"] for finding in report["findings"]} == {"pip install absent-thing"}
    assert set(report["findings"][0]) == {"kind", "distribution", "cause", "remedy"}


def test_noise_is_told_and_is_no_failure(site, minnet):
    install(site, f"print('loud')\n{LAYER}")
    code, out, err = minnet("doctor")
    assert (code, err) == (0, "strange-a: loud\n")
    assert "noisy  strange-a     prints when it is loaded: 'loud'; its authors should take the print out" in out


def test_ambiguity_alone_is_a_failure_of_doctor_and_not_of_plugins(site, minnet, monkeypatch):
    monkeypatch.setenv("MINNET_PLUGINS", "strange-a,strange-b")
    install(site)
    install_distribution(site, "strange-b", {"strange_b": LAYER}, entry_points={"minnet.layers": {"X": "strange_b:X"}})
    assert minnet("doctor")[0] == 1
    code, out, _ = minnet("plugins")
    assert code == 0
    cause = ["X", "means", "several", "layers:", "strange-a:X,", "strange-b:X"]
    assert ["ambiguous", "strange-a", *cause] in [line.split() for line in out.splitlines()]
