"""The harness of the benchmarks: what it computes, refuses and says; no test depends on how long anything takes."""

import json
import os
import signal
from pathlib import Path

import attrs
import pytest
from benchmarks.catalogue import WORKLOADS, select  # which conftest.py makes importable
from benchmarks.client import PeerProcess
from benchmarks.command import main, rounded
from benchmarks.evidence import TOLERANCE, difference, fingerprint, number
from benchmarks.fastest import fastest
from benchmarks.job import Job, UnsupportedError
from benchmarks.measure import measure
from benchmarks.memory import measure_memory
from benchmarks.peer import PEERS, Peer
from benchmarks.peers import floor_peer, minnet_peer, notebook_peer
from benchmarks.report import report_markdown
from benchmarks.results import Outcome, Results, ResultsError
from benchmarks.tables import all_tables, overhead_table
from benchmarks.threads import thread_environment
from benchmarks.timing import Effort, time_workload
from benchmarks.workload import for_proof
from click.testing import CliRunner

ROOT = Path(__file__).parent.parent

QUICK = Effort(rounds=2, seconds=1e-4)


def outcome(*rounds, **changes):
    nothing = {key: {} for key in ("proofs", "left_out", "notes", "steps", "cpus", "memory")}
    return Outcome("mlp-tiny", "training", rounds, **{**nothing, **changes})


# Statistics


def test_a_ratio_is_the_median_of_those_within_rounds():
    """A machine that is ten times slower in one round changes nothing, where medians of all rounds would be misled."""
    its = outcome({"minnet": 1.0, "torch": 2.0}, {"minnet": 10.0, "torch": 20.0}, {"minnet": 3.0, "torch": 6.0})
    assert attrs.astuple(its.ratio("torch")) == (0.5, 0.5, 0.5)
    skewed = outcome({"minnet": 1.0, "torch": 4.0}, {"minnet": 9.0, "torch": 3.0}, {"minnet": 2.0, "torch": 1.0})
    assert skewed.ratio("torch").median == 2.0
    assert skewed.seconds("minnet") / skewed.seconds("torch") != 2.0


def test_a_ratio_has_quartiles_and_is_none_where_one_is_missing():
    its = outcome(*({"minnet": float(ratio), "torch": 1.0} for ratio in (5, 1, 4, 2, 3)), {"minnet": 100.0})
    assert attrs.astuple(its.ratio("torch")) == (3.0, 2.0, 4.0)
    assert its.ratio("jax") is None
    assert its.seconds("jax") is None


def test_what_the_trainer_adds_is_the_median_of_the_differences_within_rounds():
    its = outcome({"minnet": 1.0, "trainer": 1.5}, {"minnet": 8.0, "trainer": 8.5}, {"minnet": 2.0, "trainer": 2.5})
    assert its.added("trainer") == 0.5


# The proof


@pytest.mark.parametrize("far", [0.5, 2.0])
def test_evidence_may_differ_by_the_tolerance_of_its_scale(far):
    expected = {"loss 1": (3.0, 3.0), "gradInput": (0.0, 5.0)}
    received = {"loss 1": (3.0, 3.0), "gradInput": (far * 5.0 * TOLERANCE, 5.0)}
    assert (difference(expected, received) is None) == (far < 1)


def test_evidence_that_is_nan_or_about_something_else_differs():
    assert "nan" in difference({"loss 1": (3.0, 3.0)}, {"loss 1": (float("nan"), 0.0)})
    assert "loss 2" in difference({"loss 1": (3.0, 3.0)}, {"loss 2": (3.0, 3.0)})


def test_a_fingerprint_changes_wherever_an_array_does():
    import numpy as np

    array = np.random.default_rng(0).standard_normal((5, 7))
    value, scale = fingerprint(array)
    for place in np.ndindex(array.shape):
        changed = array.copy()
        changed[place] += 0.1
        assert abs(fingerprint(changed)[0] - value) > TOLERANCE * scale, place
    assert fingerprint(np.array(2.5))[1] == number(2.5)[1]


def test_a_wrong_optimizer_shows_in_the_losses_of_the_proof():
    """With the learning rate of the timing it would not: the losses of few small steps hardly differ."""
    workload = WORKLOADS["mlp-tiny"]
    right = minnet_peer.prepare(for_proof(workload)).evidence()
    wrong = minnet_peer.prepare(for_proof(workload))
    wrong.optimizer.lr *= 1.1
    assert difference(right, wrong.evidence())


@pytest.mark.parametrize("name", [name for name in WORKLOADS if "1024" not in name and "wide" not in name])
def test_minnet_computes_what_the_notebook_does(name):
    workload = for_proof(WORKLOADS[name])
    try:
        theirs = notebook_peer.prepare(workload).evidence()
    except UnsupportedError:
        return
    assert difference(minnet_peer.prepare(workload).evidence(), theirs) is None


def test_the_proof_leaves_out_dropout_and_nothing_else():
    proven = for_proof(WORKLOADS["digits-64"])
    changed = [
        (old.name, new.arguments)
        for old, new in zip(WORKLOADS["digits-64"].layers, proven.layers, strict=True)
        if old != new
    ]
    assert changed == [("Dropout", {"p": 0.0})] * 2


# Peers


WRONG_PEER = """
from benchmarks.peers.minnet_peer import MinnetTraining, versions

class Wrong(MinnetTraining):
    def step(self, index):
        return {step}

def prepare(workload):
    return Wrong(workload)
"""


def peer_of(tmp_path, monkeypatch, name, step):
    module = f"{name}_peer"
    (tmp_path / f"{module}.py").write_text(WRONG_PEER.format(step=step))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Peer(name, module, (), f"a {name} peer")


def run(peers, workloads=("mlp-tiny",), effort=QUICK):
    said = []
    results = measure(select(workloads), peers, [1], effort, said.append)
    return results, results.runs[0], said


@pytest.mark.parametrize(
    ("name", "step", "message"),
    [
        ("wrong", "1.001 * super().step(index)", "refused, for it computes something else than minnet: loss "),
        ("broken", "1 / 0", "failed: ZeroDivisionError"),
        ("leaving", "__import__('os')._exit(3)", "ended with 3"),
    ],
)
def test_a_peer_that_computes_something_else_or_fails_is_not_timed(tmp_path, monkeypatch, name, step, message):
    peer = peer_of(tmp_path, monkeypatch, name, step)
    _, its, said = run([PEERS["minnet"], peer, PEERS["floor"]])
    (found,) = its.outcomes
    assert message in found.left_out[name]
    assert any(message in line for line in said)
    assert [set(taken) for taken in found.rounds] == [{"minnet", "floor"}] * 2
    assert found.proofs == {"minnet": "equal", "floor": floor_peer.Floor.exempt}


def test_a_peer_that_is_not_installed_is_skipped_and_said():
    absent = Peer("absent", "benchmarks.peers.absent_peer", ("no_such_module",), "nobody")
    _, its, said = run([absent, PEERS["minnet"]])
    assert its.absent == {"absent": "not installed: no_such_module"}
    assert "without absent: not installed: no_such_module" in said
    assert set(its.versions) == {"minnet"}


def test_a_peer_whose_process_does_not_start_is_said(tmp_path, monkeypatch):
    (tmp_path / "half_peer.py").write_text("raise SystemExit(4)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    _, its, said = run([PEERS["minnet"], Peer("half", "half_peer", (), "half a peer")])
    assert "ended with 4" in its.absent["half"]
    assert len(its.outcomes[0].rounds) == 2


def test_every_peer_is_timed_in_every_round_and_what_it_has_not_is_left_out():
    _, its, _ = run([PEERS["minnet"], PEERS["trainer"], PEERS["notebook"]], ["mlp-tiny", "AdamW-82"])
    tiny, adamw = its.outcomes
    assert all(set(taken) == {"minnet", "trainer", "notebook"} for taken in tiny.rounds)
    assert all(seconds > 0 for taken in tiny.rounds for seconds in taken.values())
    assert set(adamw.steps) == {"minnet"}
    assert adamw.left_out == {"trainer": "it has no optimizer of its own", "notebook": "it has no AdamW"}


CELL_PEER = """
import os
from pathlib import Path
from benchmarks.peers.minnet_peer import prepare as prepared, versions

def prepare(workload):
    with Path(__file__).with_name("{name}.txt").open("a") as file:
        print(workload.name, os.getpid(), file=file)
    return prepared(workload)
"""


def test_each_cell_has_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    peers = []
    for name in ("one", "other"):
        (tmp_path / f"{name}_peer.py").write_text(CELL_PEER.format(name=name))
        peers.append(Peer(name, f"{name}_peer", (), f"the {name} peer"))
    run(peers, ["mlp-tiny", "ReLU-32x64"])
    prepared = [
        (name, *line.split())
        for name in ("one", "other")
        for line in (tmp_path / f"{name}.txt").read_text().splitlines()
    ]
    cells = {(name, workload) for name, workload, _ in prepared}
    assert len(prepared) == 2 * len(cells), "each is proven and then timed"
    assert len(cells) == len(set(prepared)) == len({process for *_, process in prepared}) == 4


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="a process cannot be stopped there")
def test_a_peer_is_stopped_while_others_have_their_turn():
    with PeerProcess(PEERS["floor"], 1) as process:
        for _ in range(2):
            assert process.ask("versions")["versions"]["numpy"]
            state = os.waitid(os.P_PID, process._process.pid, os.WSTOPPED | os.WNOWAIT)
            assert state.si_status == signal.SIGSTOP


def test_threads_are_limited_before_anything_is_imported():
    variables = thread_environment(3)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        assert variables[name] == "3"
    assert "multi_thread_eigen=false" in thread_environment(1)["XLA_FLAGS"]
    assert (ROOT / "benchmarks/client.py").read_text().count("thread_environment(threads)") == 1


def test_a_step_leaves_no_memory_behind():
    found = measure_memory(lambda: minnet_peer.prepare(WORKLOADS["mlp-tiny"]), 200)
    assert found["traced_peak"] > 0
    assert abs(found["traced_growth"]) < 200  # bytes, of 200 steps


def test_the_fastest_way_is_one_that_works():
    class Working(Job):
        def seconds(self, steps):
            return 1e-3 * steps

    def unknown_option():
        raise RuntimeError("no fused implementation")

    assert fastest({"fused": unknown_option, "for-loop": Working}) == "for-loop"
    with pytest.raises(RuntimeError, match="none of fused works: no fused implementation"):
        fastest({"fused": unknown_option})


@pytest.mark.parametrize(("clock", "expected"), [("wall", 2.0), ("cpu", 1.0)])
def test_the_clock_of_cpus_leaves_out_what_a_peer_waited(clock, expected):
    class EarlyStoppingState:
        """A peer that has a processor half of the time."""

        peer = PEERS["minnet"]

        def ask(self, do, **arguments):
            replies = {
                "prove": {"evidence": {"loss 1": (1.0, 1.0)}},
                "prepare": {"note": ""},
                "time": {"seconds": 2.0, "cpus": 0.5},
            }
            return replies[do]

    its = time_workload(WORKLOADS["mlp-tiny"], [EarlyStoppingState()], Effort(rounds=1, seconds=1.0, clock=clock))
    assert its.rounds == ({"minnet": expected},)


# The command


@pytest.fixture(scope="module")
def floor_alone():
    return run([PEERS["floor"]])[0]


def test_list_names_all_workloads_and_peers_and_measures_nothing():
    shown = CliRunner().invoke(main, ["--list"])
    assert shown.exit_code == 0
    listed = [line.split()[:2] for line in shown.output.splitlines()]
    assert [name for kind, name in listed if kind != "peer"] == list(WORKLOADS)
    assert [name for kind, name in listed if kind == "peer"] == list(PEERS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workloads", "nonsense"], "expected a workload, a group or a pattern of them, received 'nonsense'"),
        (["--peers", "minnet,numpy"], "received 'numpy'"),
        (["--threads", "0"], "expected numbers of 1 or more, received '0'"),
        (["--threads", "one"], "expected numbers of 1 or more, received 'one'"),
        (["--rounds", "0"], "x>=1"),
    ],
)
def test_a_mistake_is_an_error_of_usage(arguments, message):
    shown = CliRunner().invoke(main, arguments)
    assert shown.exit_code == 2
    assert message in shown.output


def test_the_command_measures_prints_tables_and_writes_json_that_can_be_reported(tmp_path):
    file = tmp_path / "results.json"
    arguments = ["--workloads", "mlp-tiny,ReLU-32x64", "--peers", "minnet,notebook,floor", "--rounds", "3"]
    shown = CliRunner().invoke(main, [*arguments, "--seconds", "1e-4", "--no-memory", "--json", str(file)])
    assert shown.exit_code == 0, shown.output
    assert "training, 1 thread: microseconds (minnet/peer)" in shown.output
    document = json.loads(file.read_text())
    results = Results.from_json(document)
    assert rounded(results.as_json()) == document
    (its,) = results.runs
    assert [found.workload for found in its.outcomes] == ["mlp-tiny", "ReLU-32x64"]
    assert its.versions["minnet"]["numpy"]
    assert {"processor", "cpus", "system", "load"} <= results.machine.keys()
    assert all(len(found.rounds) == 3 for found in its.outcomes)
    reported = CliRunner().invoke(main, ["report", str(file)])
    assert reported.exit_code == 0
    assert reported.output == report_markdown(results)
    assert "| mlp-tiny |" in reported.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: document.update(schema=1), "expected schema 2, received 1"),
        (lambda document: document.pop("machine"), "results: expected"),
        (lambda document: document["runs"][0].update(threads="one"), "runs[0].threads: expected int, received 'one'"),
        (lambda document: document["runs"][0]["outcomes"][0].pop("rounds"), "runs[0].outcomes[0]: expected"),
        (lambda document: document["runs"].append(3), "runs[1]: expected an object, received int"),
    ],
)
def test_json_of_another_schema_is_refused_and_said_where(tmp_path, floor_alone, change, message):
    document = json.loads(json.dumps(floor_alone.as_json()))
    assert Results.from_json(document)
    change(document)
    with pytest.raises(ResultsError) as caught:
        Results.from_json(document)
    assert message in str(caught.value)
    file = tmp_path / "results.json"
    file.write_text(json.dumps(document))
    assert CliRunner().invoke(main, ["report", str(file)]).exit_code == 1


# What it shows


def test_tables_show_medians_ratios_and_who_was_refused(floor_alone):
    taken = [{"minnet": 1e-3, "trainer": 1.1e-3, "torch": 2e-3}] * 3
    steps = dict.fromkeys(("minnet", "trainer", "torch", "jax"), 1)
    found = outcome(*taken, left_out={"jax": "refused, for ..."}, steps=steps)
    its = attrs.evolve(floor_alone.runs[0], outcomes=(found,), versions={name: {} for name in steps})
    assert "mlp-tiny    1000  1100 (0.91)  2000 (0.50)  refused" in next(all_tables([its])).as_text()
    assert overhead_table(its).rows == (("mlp-tiny", "1000", "100", "10.0"),)
    page = report_markdown(attrs.evolve(floor_alone, runs=(its,)))
    assert "| mlp-tiny | 1000 | 1100 (0.91) | 2000 (0.50) | refused |" in page
    assert "- `jax` in mlp-tiny: refused, for ...." in page


def test_the_page_of_the_documentation_is_what_the_committed_results_give():
    results = Results.from_json(json.loads((ROOT / "benchmarks/results.json").read_text()))
    assert (ROOT / "docs/benchmarks.md").read_text() == report_markdown(results)
