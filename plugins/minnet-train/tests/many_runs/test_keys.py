from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from minnet_train import RunError
from minnet_train.many_runs import OWN_KEYS, RunSummary, expect_known, key_text, read_key, value_of, value_text
from minnet_train.many_runs.keys import flattened

STEPS = st.text(max_size=8).filter(str.isprintable) | st.integers(0, 99)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.text(max_size=8).filter(str.isprintable), st.lists(STEPS, max_size=3))
def test_a_key_is_read_as_it_is_written(first, others):
    path = (first, *others)
    assert read_key(key_text(path)) == path


@given(
    st.dictionaries(st.text(max_size=3).filter(lambda key: key not in (*OWN_KEYS, "best", "last")), PLAIN, max_size=4)
)
def test_every_key_of_a_config_leads_to_its_value(experiment):
    run = RunSummary(path=Path("run"), config={"experiment": experiment})
    for path, value in flattened(experiment):
        if path:
            assert value_of(run, path) == value


@given(PLAIN | st.text())
def test_a_value_is_written_so_that_it_can_be_printed(value):
    assert value_text(value).isprintable()


def test_what_is_known_of_every_run_has_a_value(trained):
    run = RunSummary.read(trained)
    found = {key: value_of(run, (key,)) for key in OWN_KEYS}
    assert {key for key, value in found.items() if value is None} == {"problem"}
    assert found["size"] == sum(path.stat().st_size for path in trained.rglob("*") if path.is_file())
    assert len(found["fingerprint"]) == 64


def test_own_keys_then_the_experiment_then_the_last_report(trained):
    run = RunSummary(
        path=Path("run"),
        config={"experiment": {"seed": 3, "epochs": 9, "loss": "mine"}},
        last={"epoch": 5, "loss": 0.5, "accuracy": 0.75, "seed": 8},
        best={"epoch": 4, "accuracy": 0.8},
    )
    keys = ("epoch", "epochs", "seed", "accuracy", "best.accuracy", "last.seed", "last.loss", "loss", "best_epoch")
    assert [value_of(run, read_key(key)) for key in keys] == [5, 9, 3, 0.75, 0.8, 8, 0.5, "mine", 4]


@pytest.mark.parametrize("text", ["", "a b", ".", "[0]", "a..b", '"'])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(RunError, match="expected a key such as optimizer.lr"):
        read_key(text)


def test_a_key_that_no_run_has_is_refused_and_the_nearest_named(trained):
    run = RunSummary.read(trained)
    expect_known([("optimizer",), ("schedule",), ("best", "validation_loss"), ("state",)], [run])
    expect_known([("whatever",)], [])
    with pytest.raises(RunError, match=r"a key that any of the 1 runs has, received 'optimizer.rl'; .* 'optimizer.lr'"):
        expect_known([("optimizer", "rl")], [run])
