"""``minnet plugins`` and ``minnet doctor`` name everything that is wrong, and why."""

import json

import pytest
from faulty import FAULTY
from healthy import HEALTHY

each_faulty = pytest.mark.parametrize("stranger", FAULTY, ids=lambda stranger: stranger.name)


@pytest.fixture(scope="module")
def text(crowded):
    return crowded.run("minnet", "plugins", code=1).stdout


@pytest.fixture(scope="module")
def findings(crowded):
    return json.loads(crowded.run("minnet", "doctor", "--json", code=1).stdout)["findings"]


def about(stranger, problems):
    return [problem for problem in problems if problem["distribution"] == stranger.subject]


@each_faulty
def test_it_is_named_with_its_cause(text, stranger):
    lines = [line for line in text.splitlines() if line.split()[:2] == [stranger.kind, stranger.subject]]
    assert any(stranger.cause in line for line in lines), text


@each_faulty
def test_the_record_has_kind_and_cause(report, stranger):
    problems = about(stranger, report["problems"])
    assert any(
        problem["kind"] == stranger.kind and stranger.cause in problem["cause"] and stranger.remedy in problem["remedy"]
        for problem in problems
    ), problems


@each_faulty
def test_nothing_else_is_said_of_it(report, stranger):
    assert {problem["kind"] for problem in about(stranger, report["problems"])} == {stranger.kind}


def test_every_problem_is_about_one_of_them(report):
    for problem in report["problems"]:
        assert problem["distribution"] in {stranger.subject for stranger in FAULTY}
        assert set(problem) == {"kind", "distribution", "cause", "remedy"}


def test_the_doctor_finds_the_same(findings, report):
    assert findings == report["problems"]


def test_the_doctor_is_content_with_what_is_healthy(calm):
    assert json.loads(calm.run("minnet", "doctor", "--json").stdout)["findings"] == []


def test_the_doctor_does_not_mind_noise(crowded):
    others = ",".join(stranger.name for stranger in FAULTY if stranger.kind != "noisy")
    findings = json.loads(crowded.run("minnet", "doctor", "--json", code=None, MINNET_DISABLE_PLUGINS=others).stdout)[
        "findings"
    ]
    assert "noisy" in {finding["kind"] for finding in findings}


def test_the_names_of_distributions_are_unique_and_enough():
    assert len({stranger.name for stranger in (*FAULTY, *HEALTHY)}) == len(FAULTY) + len(HEALTHY)
    assert len({stranger.module for stranger in (*FAULTY, *HEALTHY)}) == len(FAULTY) + len(HEALTHY)
    assert len(FAULTY) >= 24
    assert len(HEALTHY) >= 6
