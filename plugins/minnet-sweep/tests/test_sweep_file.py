"""What a sweep file may say, and where a message says that a mistake is."""

import pytest

from minnet_sweep import Choice, Option, Pruning, Range, SweepFile
from minnet_sweep.configuration import RegistryChoice
from minnet_train import ExperimentError

HEAD = 'experiment = "base.toml"\ntrials = 4\n'


def read(tmp_path, text):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    return SweepFile.read(path).sweep()


def test_every_form_of_a_parameter(tmp_path):
    sweep = read(
        tmp_path,
        HEAD
        + """
metric = "validation_accuracy"
seconds = 60
seeds = 3
pruning = { kind = "halving", factor = 2, warmup = 2 }
[space]
batch_size = [16, 32]
"optimizer.lr" = { low = 1e-4, high = 0.1, log = true }
"data.test_fraction" = { low = 0.1, high = 0.3, step = 0.1 }
epochs = { low = 2, high = 4 }
width = { choices = [8, 16], keys = ["model[0].n_out", "model[2].n_in"] }
optimizer = { registry = "optimizers", arguments = { lr = 0.01 }, except = ["LBFGS"] }
"model[1]" = { registry = "layers", kind = "activation", only = ["ReLU", "Tanh"] }
[space.size.options]
small = { "model[0].bias" = false }
large = { "model[0].bias" = true, "model[2].bias" = true }
""".replace('optimizer = { registry = "optimizers", ', 'kind = { keys = ["schedule"], registry = "optimizers", '),
    )
    assert sweep.pruning == Pruning(kind="halving", factor=2, warmup=2)
    found = {each.name: each for each in sweep.space}
    assert found["batch_size"] == Choice(
        "batch_size", (Option("16", {"batch_size": 16}), Option("32", {"batch_size": 32}))
    )
    assert found["optimizer.lr"] == Range("optimizer.lr", ("optimizer.lr",), 1e-4, 0.1, log=True)
    assert found["epochs"] == Range("epochs", ("epochs",), 2, 4, is_integer=True)
    assert found["width"].settings("16") == {"model[0].n_out": 16, "model[2].n_in": 16}
    assert found["size"].settings("large") == {"model[0].bias": True, "model[2].bias": True}
    assert found["kind"] == RegistryChoice(
        "kind", ("schedule",), "optimizers", arguments={"lr": 0.01}, without=("LBFGS",)
    )
    assert found["model[1]"].kind == "activation"


LR = '[space]\n"optimizer.lr" = [0.1, 0.2]\n'

MISTAKES = {
    "not TOML": ("experiment = ", "sweep.toml: expected TOML"),
    "no experiment": ("trials = 1\n" + LR, "experiment: expected this key, which is missing"),
    "no space": (HEAD, "space: expected this key, which is missing"),
    "empty space": (HEAD + "[space]\n", "space: expected at least one parameter, received ()"),
    "unknown key": (HEAD + "metrik = 'loss'\n" + LR, "sweep.toml, line 3: metrik: unknown key; did you mean 'metric'?"),
    "type": (HEAD + "seeds = 'two'\n" + LR, "sweep.toml, line 3: seeds: expected an integer, received 'two'"),
    "boolean": (HEAD + "seeds = true\n" + LR, "seeds: expected an integer, received True"),
    "range": (HEAD + "seeds = 0\n" + LR, "sweep.toml, line 3: seeds: expected an integer of at least 1, received 0"),
    "direction": (HEAD + "direction = 'up'\n" + LR, "direction: expected 'min' or 'max', received 'up'"),
    "sampler": (HEAD + "sampler = 'cma'\n" + LR, "sampler: expected one of tpe, random, grid, qmc, received 'cma'"),
    "pruning": (HEAD + "pruning = 'asha'\n" + LR, "pruning.kind: expected one of none, median, halving, hyperband"),
    "pruning key": (HEAD + "pruning = { factors = 2 }\n" + LR, "pruning.factors: unknown key; did you mean 'factor'?"),
    "no limit": ('experiment = "base.toml"\n' + LR, "expected trials, how many points are tried, or seconds"),
    "qmc": ('experiment = "b"\nseconds = 3\nsampler = "qmc"\n' + LR, "sampler: expected trials beside 'qmc'"),
    "no form": (HEAD + "[space]\nlr = 0.1\n", "sweep.toml, line 4: space.lr: expected values to try, such as"),
    "no key": (HEAD + '[space]\n"optimizer..lr" = [1]\n', "expected a key of the experiment such as"),
    "empty choice": (HEAD + "[space]\nseed = []\n", "space.seed.choices: expected at least one value"),
    "twice": (HEAD + "[space]\nseed = [1, 1]\n", "space.seed.choices: expected different values, received '1' twice"),
    "no high": (HEAD + "[space]\nseed = { low = 1 }\n", "space.seed.high: expected this key, which is missing"),
    "backwards": (HEAD + "[space]\nseed = { low = 3, high = 1 }\n", "space.seed.high: expected a number above low, 3"),
    "log of 0": (HEAD + "[space]\nx = { low = 0, high = 1, log = true }\n", "space.x.low: expected a positive number"),
    "step": (HEAD + "[space]\nseed = { low = 0, high = 1, step = 2 }\n", "expected a positive number of at most 1"),
    "log and step": (
        HEAD + "[space]\nseed = { low = 1, high = 9, step = 2, log = true }\n",
        "space.seed.step: expected none with log, received 2",
    ),
    "range key": (HEAD + "[space]\nseed = { low = 1, high = 9, steps = 2 }\n", "unknown key; did you mean 'step'?"),
    "grid": (
        'experiment = "b"\nsampler = "grid"\n[space]\nx = { low = 0.0, high = 1.0 }\n',
        "space.x: expected points, how many values a grid has of a range that has no step, received none",
    ),
    "whole table of pruning": (
        HEAD + "pruning = { warmup = 2 }\n" + LR,
        "pruning.kind: expected this key, which is miss",
    ),
    "kind of no text": (
        HEAD + '[space]\nx = { registry = "layers", kind = ["activation"] }\n',
        "expected one of activation",
    ),
    "larger than a float": (
        HEAD + f"[space]\nx = {{ low = 0, high = 1{'0' * 400} }}\n",
        "space.x.high: expected an integer of",
    ),
    "larger than 64 bits": (
        HEAD + f"[space]\nx = {{ low = 0, high = {2**70} }}\n",
        "expected an integer of at most 2**53",
    ),
    "steps": (
        HEAD + "[space]\nx = { low = 0.0, high = 1.0, step = 1e-300 }\n",
        "space.x.step: expected a range of at most",
    ),
    "condition on none": (
        HEAD + "[space]\nseed = [1, 2]\nepochs = { choices = [1, 2], when = { seed = [] } }\n",
        "space.epochs.when.seed: expected at least one value, received none",
    ),
    "kind": (HEAD + '[space]\nx = { registry = "layers", kind = "norm" }\n', "expected one of activation, of layers"),
    "two of one key": (
        HEAD + '[space]\n"optimizer.lr" = [1, 2]\noptimizer = { choices = [{ class = "SGD" }, { class = "Adam" }] }\n',
        "space.optimizer: expected a key that no parameter before it sets, received optimizer, of which optimizer.lr",
    ),
    "condition on nothing": (
        HEAD + '[space]\nseed = { choices = [1, 2], when = { optimizer = "SGD" } }\n',
        "space.seed.when.optimizer: expected the name of a choice that stands before it, one of none",
    ),
    "condition on no value": (
        HEAD + "[space]\nseed = [1, 2]\nepochs = { choices = [1, 2], when = { seed = 3 } }\n",
        "space.epochs.when.seed: expected one of 1, 2, received '3'",
    ),
    "seed beside seeds": (
        HEAD + "seeds = 2\n[space]\nseed = [1, 2]\n",
        "sweep.toml, line 5: space.seed: expected no parameter that sets seed beside seeds, 2",
    ),
    "output": (
        HEAD + '[space]\nx = { options = { a = { output = "a.safetensors" }, b = { epochs = 2 } } }\n',
        "space.x: expected a key that changes what is trained, received output: each trial has a folder of its own",
    ),
    "name that nobody sees": (
        HEAD + '[space]\n" " = { choices = [1], keys = ["epochs"] }\n',
        "space. : expected a name that can be seen, received ' '",
    ),
    "one key under conditions that do not exclude each other": (
        HEAD + '[space]\nseed = [1, 2]\na = { choices = [1, 2], keys = ["epochs"] }\n'
        'b = { choices = [3, 4], keys = ["epochs"], when = { seed = 1 } }\n',
        "space.b: expected a key that no parameter before it sets, received epochs, of which a sets all",
    ),
    "too many trials": (
        'experiment = "b"\ntrials = 100001\n' + LR,
        "sweep.toml, line 2: trials: expected an integer from 1 to 100,000, received 100001",
    ),
    "seed larger than NumPy takes": (HEAD + f"seed = {2**32}\n" + LR, "seed: expected an integer from 0 to 2**32 - 1"),
    "points beside a step": (
        HEAD + "[space]\nx = { low = 0, high = 8, step = 2, points = 3 }\n",
        "space.x.points: expected none with step, which says what values there are, received 3",
    ),
    "options": (HEAD + "[space]\nsize = { options = { small = 1 } }\n", "expected a table of what each option sets"),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path, text, message):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_keys_without_quotes_which_toml_takes_for_tables_are_told_how_to_be_written(tmp_path):
    file = tmp_path / "sweep.toml"
    for written in ("optimizer.lr = [0.1, 0.2]", "optimizer.lr = { low = 0.1, high = 0.2 }"):
        file.write_text(f'experiment = "base.toml"\ntrials = 2\n[space]\n{written}\n')
        with pytest.raises(ExperimentError, match='line 4: space.optimizer: .*one name in quotes: "optimizer.lr"$'):
            SweepFile.read(file).sweep()


def test_all_mistakes_are_named_at_once(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, HEAD + "seeds = 0\nseed = -1\n[space]\nx = { low = 2, high = 1 }\n")
    assert len(caught.value.problems) >= 1
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, HEAD + "seeds = 0\nseed = -1\n" + LR)
    assert [each.path for each in caught.value.problems] == [("seeds",), ("seed",)]


def test_a_missing_base_is_named_with_its_key(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(HEAD + LR)
    file = SweepFile.read(path)
    with pytest.raises(ExperimentError, match="sweep.toml, line 1: experiment: .*base.toml: expected a TOML file"):
        file.base(file.sweep())


def test_a_base_whose_path_no_system_takes_is_named_with_its_key(tmp_path):
    (tmp_path / "sweep.toml").write_text('experiment = "a\\u0000b"\ntrials = 1\n' + LR)
    file = SweepFile.read(tmp_path / "sweep.toml")
    with pytest.raises(ExperimentError, match=r"line 1: experiment: expected a path, received 'a\\x00b'"):
        file.base(file.sweep())


def test_what_a_stranger_wrote_reaches_no_terminal_raw(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, HEAD + '[space]\n"a\\u001b[2J" = 3\n')
    assert "\x1b" not in str(caught.value)


def test_one_key_may_be_set_by_parameters_of_which_one_is_used_at_a_time(tmp_path):
    text = (
        HEAD
        + """
[space]
kind = { options = { one = { epochs = 1 }, two = { epochs = 2 } } }
part = { choices = [1, 2], keys = ["seed"], when = { kind = "one" } }
a = { choices = [8, 16], keys = ["batch_size"], when = { part = 1 } }
b = { choices = [32, 64], keys = ["batch_size"], when = { kind = "two" } }
c = { choices = [128], keys = ["batch_size"], when = { part = 2 } }
"""
    )
    assert [each.name for each in read(tmp_path, text).space] == ["kind", "part", "a", "b", "c"]
