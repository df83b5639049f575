"""`minnet convert`: files of PyTorch's state dicts to minnet models and back, with not a bit changed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from minnet_core import Sequential, layers, load, save
from minnet_core.cli.main import main

EXPERIMENT = """
model = [
    { class = "Linear", n_in = 3, n_out = 4 },
    { class = "BatchNormalization", alpha = 0.9 },
    { class = "ChannelwiseScaling", n_out = 4 },
    { class = "ReLU" },
    { class = "Linear", n_in = 4, n_out = 2 },
]
"""


@pytest.fixture
def minnet(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiment.toml").write_text(EXPERIMENT)

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main([*map(str, arguments)], prog_name="minnet")
        return caught.value.code or 0, *capsys.readouterr()

    return run


def network():
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, eps=1e-3), nn.ReLU(), nn.Linear(4, 2))
    module(torch.randn(9, 3, generator=torch.Generator().manual_seed(0)))
    return module.eval()


@pytest.mark.parametrize("name", ["weights.pt", "weights.safetensors"])
def test_a_state_dict_becomes_a_model_and_the_model_the_state_dict(minnet, name):
    module = network()
    torch.save(module.state_dict(), name) if name.endswith(".pt") else save_file(module.state_dict(), name)
    code, out, err = minnet("convert", name, "model.safetensors", "--experiment", "experiment.toml")
    assert (code, out, err) == (0, f"A minnet model with the 8 arrays of {name} is in model.safetensors\n", "")
    x = torch.randn(5, 3)
    np.testing.assert_allclose(load("model.safetensors").forward(x.numpy()), module(x).detach().numpy(), atol=1e-6)

    assert minnet("convert", "model.safetensors", "back.safetensors")[:2] == (
        0,
        "8 arrays, with the names of PyTorch, are in back.safetensors\n",
    )
    for key, tensor in load_file("back.safetensors").items():
        assert torch.equal(tensor, module.state_dict()[key])
    network().load_state_dict(load_file("back.safetensors"))

    assert minnet("convert", "back.safetensors", "again.safetensors", "--model", "model.safetensors")[0] == 0
    for key, array in load("again.safetensors").namedParameters().items():
        assert np.array_equal(array, load("model.safetensors").namedParameters()[key])


def test_an_entry_of_a_checkpoint(minnet):
    torch.save({"epoch": 3, "model": network().state_dict()}, "checkpoint.pt")
    code, _, err = minnet("convert", "checkpoint.pt", "m.safetensors", "--experiment", "experiment.toml")
    assert code == 1
    assert (
        "expected a state dict, names of tensors, received epoch, which is int; --key model takes an entry of it" in err
    )
    code, _, err = minnet(
        "convert", "checkpoint.pt", "m.safetensors", "--experiment", "experiment.toml", "--key", "net"
    )
    assert (code, "expected an entry net, found epoch, model" in err) == (1, True)
    assert (
        minnet("convert", "checkpoint.pt", "m.safetensors", "--experiment", "experiment.toml", "--key", "model")[0] == 0
    )


@pytest.mark.parametrize("name", ["weights.pt", "weights.safetensors"])
def test_what_all_names_begin_with_is_told_and_taken_off(minnet, name):
    state = {f"module.{key}": tensor for key, tensor in network().state_dict().items()}
    torch.save(state, name) if name.endswith(".pt") else save_file(state, name)
    code, _, err = minnet("convert", name, "m.safetensors", "--experiment", "experiment.toml")
    assert (code, "; --key module takes that off which all begin with" in err) == (1, True)
    assert minnet("convert", name, "m.safetensors", "--experiment", "experiment.toml", "--key", "module")[0] == 0
    assert np.array_equal(load("m.safetensors").modules[0].W, state["module.0.weight"].numpy())


def test_a_key_leads_into_entries_and_then_into_names(minnet):
    state = network().state_dict()
    torch.save({"run": {"state_dict": {f"model.{key}": tensor for key, tensor in state.items()}}}, "checkpoint.pt")
    for key, advice in ((None, "run"), ("run", "run.state_dict"), ("run.state_dict", "run.state_dict.model")):
        more = ("--key", key) if key else ()
        code, _, err = minnet("convert", "checkpoint.pt", "m.safetensors", "--experiment", "experiment.toml", *more)
        assert (code, f"; --key {advice} takes" in err) == (1, True)
    assert (
        minnet(
            "convert",
            "checkpoint.pt",
            "m.safetensors",
            "--experiment",
            "experiment.toml",
            "--key",
            "run.state_dict.model",
        )[0]
        == 0
    )
    assert np.array_equal(load("m.safetensors").modules[0].W, state["0.weight"].numpy())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn])
def test_floating_numbers_of_any_width_are_read(minnet, dtype):
    state = {key: tensor.to(dtype) for key, tensor in network().state_dict().items() if tensor.ndim}
    torch.save(state, "weights.pt")
    assert minnet("convert", "weights.pt", "m.safetensors", "--experiment", "experiment.toml")[0] == 0
    assert np.array_equal(load("m.safetensors").modules[0].W, state["0.weight"].float().numpy())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda each: each.to(torch.complex64), "0.weight: expected floating numbers, as 0.W has, received complex64"),
        (lambda each: (100 * each).to(torch.int8), "0.weight: expected floating numbers, as 0.W has, received int8"),
        (torch.Tensor.to_sparse, "0.weight: expected a tensor that NumPy can hold, received torch.float32"),
        (lambda each: each.to("meta"), "0.weight: expected tensors on the cpu"),
    ],
    ids=["complex", "integers", "sparse", "meta"],
)
def test_what_cannot_be_the_numbers_of_a_model_is_refused_in_a_sentence(minnet, change, reason):
    torch.save({key: change(each) for key, each in network().state_dict().items() if each.ndim}, "weights.pt")
    code, out, err = minnet("convert", "weights.pt", "m.safetensors", "--experiment", "experiment.toml")
    assert (code, out) == (1, "")
    assert f"weights.pt: {reason}" in err
    assert "Traceback" not in err


def test_a_file_has_what_its_name_says(minnet, tmp_path):
    torch.save(network().state_dict(), "weights.pt")
    code, _, err = minnet("convert", "weights.pt", "model.pt", "--experiment", "experiment.toml")
    assert (code, "model.pt: expected a name for a minnet model, as model.safetensors" in err) == (1, True)
    assert not (tmp_path / "model.pt").exists()
    assert minnet("convert", "weights.pt", "model.safetensors", "--experiment", "experiment.toml")[0] == 0
    assert minnet("convert", "model.safetensors", "back.pt")[0] == 0
    network().load_state_dict(torch.load("back.pt", weights_only=True))


class Evil:
    def __reduce__(self):
        return (print, ("code ran",))


@pytest.mark.parametrize("held", [Evil(), network()], ids=["code", "a whole model"])
def test_what_holds_more_than_tensors_is_not_read_and_no_code_runs(minnet, held):
    torch.save(held, "evil.pt")
    code, out, err = minnet("convert", "evil.pt", "m.safetensors", "--experiment", "experiment.toml")
    assert (code, out) == (1, "")
    assert "evil.pt: expected tensors alone, as torch.save(model.state_dict()) writes, received something else" in err
    assert "weights_only" not in err
    assert "code ran" not in err


@pytest.mark.parametrize("key", [None, "state_dict.model"])
def test_a_state_dict_of_no_network_becomes_safetensors(minnet, key):
    module = network()
    module.tied = nn.Linear(4, 2)
    module.tied.weight = module[3].weight
    state = module.state_dict()
    source = "m.pt" if key is None else "m.ckpt"  # as Lightning has it
    torch.save(state if key is None else {"state_dict": {f"model.{name}": its for name, its in state.items()}}, source)
    code, out, err = minnet("convert", source, "out.safetensors", *([] if key is None else ["--key", key]))
    assert (code, err) == (0, "")
    assert out.startswith(f"{len(state)} arrays are in out.safetensors, under their own names; with --model or --expe")
    found = load_file("out.safetensors")
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], its) and found[name].dtype == its.dtype for name, its in state.items())


def test_refusals(minnet, tmp_path):
    torch.save({"w": torch.eye(3).to_sparse()}, "sparse.pt")
    torch.save(torch.optim.Adam(network().parameters()).state_dict(), "adam.pt")
    save(Sequential(layers["Cosine"](3, 2)), "cosine.safetensors")
    save_file({"0.weight": torch.zeros(4, 3)}, "weights.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    (tmp_path / "graph.toml").write_text('model = [{ class = "Linear", n_in = 3, n_out = 4, inputs = ["x"] }]')
    (tmp_path / "none.toml").write_text("epochs = 3")
    for arguments, reason in (
        (
            ("cosine.safetensors", "x.safetensors"),
            "0: Cosine: expected an Example of its own with a Reference to torch",
        ),
        (("weights.safetensors", "x.safetensors"), "say which network it is of, by --model or --experiment"),
        (
            ("weights.safetensors", "x.safetensors", "--experiment", "experiment.toml"),
            "missing: 0.bias, 1.running_mean",
        ),
        (("broken.safetensors", "x.safetensors", "--experiment", "experiment.toml"), "expected a safetensors file"),
        (("weights.safetensors", "x.safetensors", "--experiment", "graph.toml"), "received a graph; give a trained"),
        (("weights.safetensors", "x.safetensors", "--experiment", "none.toml"), "expected an experiment with a list"),
        (("sparse.pt", "x.safetensors"), "sparse.pt: expected tensors that safetensors can hold: "),
        (("sparse.pt", "x.pt"), "say which network it is of, by --model or --experiment"),
        (("adam.pt", "x.safetensors"), "expected a state dict of a network, received that of an optimizer"),
        (("absent.pt", "x.safetensors"), "absent.pt"),
        (("absent.pt", "x.safetensors", "--experiment", "experiment.toml"), "absent.pt"),
        (("weights.safetensors", "cosine.safetensors"), "expected a new file, received one that exists; --force"),
    ):
        code, out, err = minnet("convert", *arguments)
        assert (code, out) == (1, ""), arguments
        assert reason in err, (arguments, err)
        assert "Traceback" not in err
    assert minnet("convert", "a", "b", "--model", "c", "--experiment", "d")[0] == 2
    assert minnet("convert", "a", "b", "--key", "c")[0] == 2
    assert not (tmp_path / "x.safetensors").exists()


def test_without_pytorch_one_sentence_says_so():
    program = (
        "import sys\nsys.modules['torch'] = None\n"
        "try:\n    from minnet_torch import to_torch\nexcept ImportError as error:\n    print(error)\n"
        "from minnet_core.cli.main import main\nmain(['convert', 'a', 'b'], prog_name='minnet')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    sentence = "minnet-torch needs PyTorch, which is not installed here: pip install torch"
    assert done.returncode == 1
    assert done.stdout.startswith(sentence)
    assert done.stderr.startswith(f"Error: {sentence}")
    assert "Traceback" not in done.stderr
