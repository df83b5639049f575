from __future__ import annotations

import re
import sys

import pytest
from click.testing import CliRunner

from minnet_core import layers, load, read_header
from minnet_core.testing import install_distribution
from minnet_test_support.processes import run_minnet
from minnet_train import ExperimentError
from minnet_train.commands.train import train
from minnet_train.extras import MissingLibraryError

PLUGIN = """
from minnet_core import hookimpl
@hookimpl
def minnet_gradients_ready(gradients): gradients /= 2
@hookimpl
def minnet_fit_start(): pass
@hookimpl
def minnet_commands(): return []
"""


def run(*arguments: str):
    return CliRunner().invoke(train, arguments, catch_exceptions=False)


def test_the_program_learns_the_digits_without_an_argument(folder):
    done = run_minnet("train")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "E. Alpaydin and C. Kaynak" in done.stdout
    # Epoch, loss and accuracy, each of both parts, speed.
    row = r"^ +(\d+)  +[\d.]+  +[\d.]+  +[\d.]+%  +([\d.]+)%  +[\d,]+$"
    epochs = re.findall(row, done.stdout, re.MULTILINE)
    assert [int(epoch) for epoch, _ in epochs] == list(range(1, len(epochs) + 1))
    assert float(epochs[-1][1]) >= 95
    assert re.search(r"The model is in digits.safetensors\nwith the weights of .*\n\n  minnet evaluate", done.stdout)

    measured = run_minnet("evaluate", "digits.safetensors", "--split", "validation")
    assert f"accuracy {epochs[-1][1]}%" in measured.stdout


def test_the_program_prints_a_mistake_and_exits_with_1(edit):
    done = run_minnet("train", edit("lr = 1e-2", "learing_rate = 1e-2"))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: small.toml, line 10: optimizer.learing_rate: unknown argument of Adam; ")
    assert done.stdout == ""


def test_an_experiment_is_described_trained_and_saved(folder):
    output = run("small.toml").output
    assert "experiment  small.toml, seed 3\n" in output
    assert "data        flowers.csv: 18 samples to train on, 6 held out; 2 features, 3 classes\n" in output
    assert "Linear 2 -> 3" in output
    assert len(re.findall(r"^ +[12]  .*%.*$", output, re.MULTILINE)) == 2
    assert output.endswith(
        "The model is in small.safetensors\nwith the weights of epoch 2, the best by loss and the last\n\n"
        "  minnet evaluate small.safetensors\n  minnet predict small.safetensors DATA.csv\n"
        "  minnet plot runs/small-1 -o curves.png\n"
    )
    assert load("small.safetensors", prepared=True).namedParameters()["0.W"].shape == (3, 2)


def test_plugins_that_take_part_are_named(folder, monkeypatch):
    assert "plugins  " not in run("small.toml", "--run", "alone").output
    monkeypatch.syspath_prepend(str(folder))
    for name, source in (("strange_a", PLUGIN), ("strange_b", PLUGIN.replace("minnet_fit_start", "minnet_step_end"))):
        install_distribution(folder, name, {name: source}, entry_points={"minnet": {"it": name}})
    idle = "from minnet_core import hookimpl\n@hookimpl\ndef minnet_commands(): return []\n"
    install_distribution(folder, "strange_c", {"strange_c": idle}, entry_points={"minnet": {"it": "strange_c"}})
    layers.refresh()
    expected = (
        "plugins     strange-a 0.1.0 (minnet_fit_start, minnet_gradients_ready), "
        "strange-b 0.1.0 (minnet_gradients_ready, minnet_step_end)\n"
    )
    try:
        for arguments in (("small.toml", "--run", "run"), ("small.toml", "--no-run"), ("--resume", "run")):
            assert expected in run(*arguments).output
        monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "strange-a,strange-b")
        assert "plugins  " not in run("small.toml", "--no-run").output
    finally:
        monkeypatch.undo()
        layers.refresh()
        for name in ("strange_a", "strange_b", "strange_c"):
            sys.modules.pop(name, None)


def test_what_is_printed_can_be_copied_into_a_shell(folder):
    output = run("small.toml", "-o", "my own.safetensors").output
    assert re.search(r"\nThe model is in my own.safetensors\n.*\n\n  minnet evaluate 'my own.safetensors'\n", output)
    assert "\n  minnet predict 'my own.safetensors' DATA.csv\n" in output


def test_samples_to_validate_by_are_told_from_those_that_are_held_out(folder, edit):
    told = ": 15 samples to train on, 3 to validate by, 6 held out; 2 features, 3 classes\n"
    edit("validation_fraction = 0\n", "")
    assert told in run("small.toml", "--no-run").output
    assert told in run("small.toml", "--set", "data.validation_fraction=0.125", "--force").output


def test_one_target_is_a_target(folder, edit):
    (folder / "line.csv").write_text("x,y\n" + "".join(f"{i},{i / 2}\n" for i in range(20)))
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "line.csv"')
    edit("n_in = 2, n_out = 3", "n_in = 1, n_out = 1")
    edit('    { class = "LogSoftMax" },\n', "")
    edit("ClassNLLCriterion", "MSECriterion")
    assert "; 1 feature, 1 target\n" in run("small.toml").output


def test_a_training_that_ends_early_says_why(folder, edit):
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    edit("epochs = 2", 'epochs = 9\nearly_stopping = { patience = 1, metric = "validation_accuracy", min_delta = 1.0 }')
    output = run("small.toml").output
    assert "\n\nEarly stopping: validation_accuracy has not got better for 1 epochs; " in output
    assert output.index("Early stopping") < output.index("The model is in")


def test_options_come_before_the_file_and_are_recorded(folder):
    run("small.toml", "--epochs", "1", "--seed", "8", "-o", "other.safetensors")
    experiment = read_header("other.safetensors").metadata["minnet-train"]["experiment"]
    assert (experiment["epochs"], experiment["seed"]) == (1, 8)
    assert not (folder / "small.safetensors").exists()


def test_the_same_experiment_writes_the_same_file_bit_for_bit(folder):
    first, second = (run("small.toml") and (folder / "small.safetensors").read_bytes() for _ in range(2))
    assert first == second


def test_a_model_file_tells_neither_its_name_nor_the_folder(folder):
    run("small.toml")
    run("small.toml", "-o", str(folder / "other.safetensors"))
    written = (folder / "small.safetensors").read_bytes()
    assert written == (folder / "other.safetensors").read_bytes()
    assert b"small.safetensors" not in written
    assert str(folder).encode() not in written


@pytest.mark.parametrize("option", [("--epochs", "0"), ("--seed", "-1"), ("none.toml",)])
def test_options_out_of_range_are_refused(folder, option):
    assert CliRunner().invoke(train, ["small.toml", *option]).exit_code == 2


def test_an_output_that_cannot_be_written_is_reported_before_training(folder, edit):
    with pytest.raises(ExperimentError) as caught:
        run(edit('"small.safetensors"', '"none/small.safetensors"'))
    assert str(caught.value) == (
        "small.toml, line 4: output: expected a file that can be written, received 'none/small.safetensors': "
        "No such file or directory"
    )


def test_an_output_option_that_cannot_be_written_is_not_blamed_on_the_file(folder):
    runner = CliRunner()
    result = runner.invoke(train, ["small.toml", "-o", "none/m.safetensors"])
    assert str(result.exception).startswith(
        "output: expected a file that can be written, received 'none/m.safetensors'"
    )
    assert result.output == ""


def test_empty_output_is_an_error_before_training(folder):
    result = CliRunner().invoke(train, ["small.toml", "-o", ""], catch_exceptions=False)
    assert result.exit_code == 2
    assert "'-o' / '--output': expected a path, received an empty text" in result.output


def test_event_files_for_tensorboard_are_in_the_run(folder):
    pytest.importorskip("tensorboardX")
    assert run("small.toml", "--run", "kept", "--tensorboard").exit_code == 0
    assert len(list((folder / "kept" / "tensorboard").iterdir())) == 1
    assert run("--resume", "kept", "--epochs", "3", "--tensorboard").exit_code == 0
    assert len(list((folder / "kept" / "tensorboard").iterdir())) == 2
    refused = run("small.toml", "--no-run", "--tensorboard")
    assert refused.exit_code == 2
    assert "expected --tensorboard with a run to keep its files in, received --no-run" in refused.output


def test_without_its_library_event_files_are_refused_before_anything_is_begun(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingLibraryError, match=r"--tensorboard: .* pip install 'minnet-train\[tensorboard\]'"):
        run("small.toml", "--tensorboard")
    assert not (folder / "runs").exists()
