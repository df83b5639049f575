from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from minnet_train.many_runs import RunSummary, Usual, compare_runs


def run(name="run", fingerprint="abc", **experiment):
    return RunSummary(path=Path(name), config={"experiment": experiment, "fingerprint": fingerprint})


def differing(runs):
    usual = Usual.of(runs)
    return [{".".join(map(str, key)): value for key, value in usual.differing(each).items()} for each in runs]


def test_each_run_shows_what_is_not_usual():
    runs = [run(lr=0.1, seed=1), run(lr=0.1, seed=2), run(lr=0.5, output="x"), run(lr=0.1, fingerprint="def")]
    assert differing(runs) == [{}, {}, {"lr": 0.5}, {"fingerprint": "def"}]


def test_where_no_value_is_the_commonest_each_run_shows_its_own():
    assert differing([run(lr=0.1), run(lr=0.2)]) == [{"lr": 0.1}, {"lr": 0.2}]
    assert differing([run(lr=0.1), run(lr=0.1), run(lr=0.2), run(lr=0.2), run()])[4] == {"lr": None}


def test_a_key_that_is_missing_is_none_and_none_is_missing():
    assert differing([run(x=1), run(), run(x=None)]) == [{"x": 1}, {}, {}]


def test_one_is_not_true_but_as_good_as_a_float():
    assert differing([run(x=1), run(x=1.0), run(x=True)]) == [{}, {}, {"x": True}]


def test_within_lists_of_tables_keys_differ_one_by_one():
    layers = [{"class": "Linear", "n_out": 8}, {"class": "ReLU"}]
    other = [{"class": "Linear", "n_out": 16}, {"class": "ReLU"}, {"class": "Dropout"}]
    assert differing([run(model=layers), run(model=layers), run(model=other)])[2] == {
        "model.0.n_out": 16,
        "model.2.class": "Dropout",
    }


def test_damaged_runs_have_no_say():
    broken = RunSummary(path=Path("broken"), problem="config.json: expected JSON")
    assert differing([run(x=1), broken, run(x=1)]) == [{}, {}, {}]
    assert differing([broken]) == [{}]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from([0, 1, "x", None]), max_size=3), max_size=6))
def test_with_what_is_usual_and_what_differs_every_run_is_known(experiments):
    runs = [run(**each) for each in experiments]
    usual = Usual.of(runs)
    for each, experiment in zip(runs, experiments, strict=True):
        told = {**usual.values, **usual.differing(each)}
        assert all(told[key] == experiment.get(key[0]) for key in usual.varying)


@pytest.fixture
def pair(copy):
    """Two runs that differ in their learning rates alone."""
    return copy("a"), copy("b", {"optimizer.lr": 0.5})


def compared(one, other):
    found = compare_runs(RunSummary.read(one), RunSummary.read(other))
    return {(each.part, each.name): (each.one, each.other) for each in found}


def edit(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def test_runs_differ_in_what_their_files_say(pair):
    one, other = pair
    assert compared(one, one) == {}
    assert compared(one, other) == {("configuration", "optimizer.lr"): (0.01, 0.5)}
    edit(other / "config.json", lambda config: config.update(fingerprint="f" * 64, sources={"home.py": "e" * 64}))
    found = compared(one, other)
    assert found["data", "fingerprint"][1] == "f" * 64
    assert found["configuration", "SHA-256 of home.py"] == (None, "e" * 12)


def test_environments_differ_and_what_decides_no_number_is_told_apart(pair):
    one, other = pair
    edit(one / "versions.json", lambda sessions: sessions[0]["distributions"].update(someone="1.0"))
    edit(other / "versions.json", lambda sessions: sessions.append({**sessions[0], "python": "3.99"}))
    edit(other / "versions.json", lambda sessions: sessions[1]["distributions"].update(numpy="9.9"))
    differences = {each.name: each for each in compare_runs(RunSummary.read(one), RunSummary.read(other))}
    assert differences["Python"].other == "3.99", "of the last session"
    assert differences["numpy"].other == "9.9"
    assert (differences["someone"].one, differences["someone"].is_decisive) == ("1.0", False)
    assert differences["numpy"].is_decisive


@pytest.mark.parametrize("contents", ["{", "[]", "[3]", "{}", '[{"deciding": 3, "distributions": [], "threads": 1}]'])
def test_damaged_versions_are_told_and_stop_nothing(pair, contents):
    one, other = pair
    (other / "versions.json").write_text(contents)
    found = compared(one, other)
    assert found["configuration", "optimizer.lr"] == (0.01, 0.5)
    if "deciding" not in contents:
        assert found["problem", "versions.json"][1].startswith("versions.json: expected ")


def test_results_differ_but_times_do_not_count(copy):
    first = {"epoch": 1, "step": 1, "loss": 0.5, "validation_loss": 0.5, "seconds": 1.0, "samples_per_second": 3.0}
    second = {**first, "epoch": 2, "validation_loss": 0.7}
    one, other = copy("a", reports=[first, second]), copy("b", reports=[first, {**second, "loss": 0.4, "seconds": 2.0}])
    assert compared(one, other) == {("result", "last.loss"): (0.5, 0.4)}


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0, 1, 1.0, True, None, "x"])), max_size=6))
def test_what_differs_is_what_counting_each_key_in_each_run_says(experiments):
    shown = []
    for own in experiments:
        shown.append({})
        for key in own | dict.fromkeys(key for each in experiments for key in each):
            values = [json.dumps(each.get(key)).replace("1.0", "1") for each in experiments]
            counts = sorted(map(values.count, set(values)))
            value = json.dumps(own.get(key)).replace("1.0", "1")
            if len(counts) > 1 and (counts[-1] == counts[-2] or values.count(value) < counts[-1]):
                shown[-1][key] = own.get(key)
    assert differing([run(**each) for each in experiments]) == shown


def test_the_keys_of_one_run_cost_the_others_nothing():
    """A stranger's config may have any number of keys."""
    runs = [run(**{f"key {number}": number for number in range(20_000)}), *(run(seed=n, lr=n) for n in range(500))]
    before = time.process_time()
    found = differing(runs)
    assert time.process_time() - before < 3, "looking for each key in each run takes minutes"
    assert (len(found[0]), found[1]) == (20_001, {"lr": 0})
