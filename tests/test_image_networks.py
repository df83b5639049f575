"""Networks of images, made of the layers of minnet-conv: what `minnet init` writes for pictures trains, and resumes."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core.cli.main import main
from minnet_train import Session, load_predictor, read_experiment


def minnet(*arguments):
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pictures(folder):
    """48 pictures of 12 by 10 pixels in two classes: the upper half is bright, or the lower."""
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for index in range(48):
        name = ("upper", "lower")[index % 2]
        path = folder / "pictures" / name / f"{index:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        array = rng.integers(0, 60, (12, 10, 3), dtype=np.uint8)
        array[:6] += 150 * (name == "upper")
        array[6:] += 150 * (name == "lower")
        image.fromarray(array).save(path)
    return folder / "pictures"


def test_what_is_written_for_a_folder_of_pictures_trains(pictures, folder):
    assert "An experiment for pictures is in experiment.toml" in minnet("init", "pictures")
    experiment = read_experiment("experiment.toml")
    assert (experiment.data.scale, experiment.data.standardize) == (255, False)
    assert [layer["class"] for layer in experiment.model].count("Conv2d") == 2
    output = minnet("train", "experiment.toml", "--epochs", "12", "--run", "run", "--set", "batch_size=8")
    assert "images of 3 channels, 12 by 10 pixels" in output
    predictor = load_predictor("experiment.safetensors")
    assert predictor.predict(str(pictures)).tolist() == ["lower"] * 24 + ["upper"] * 24
    assert minnet("evaluate", "experiment.safetensors").startswith("pictures: ")
    assert "augmented    Shift(pixels=1)" in minnet("explain", "experiment.safetensors")
    assert "preparation  images of 3 channels, 12 by 10 pixels" in minnet("explain", "experiment.safetensors")


def test_a_run_of_convolutions_goes_on_bit_for_bit(folder):
    np.savez("images.npz", x=np.random.default_rng(0).random((60, 9, 8, 1)), y=np.arange(60) % 3)
    minnet("init", "small.toml", "--data", '{ class = "Npy", path = "images.npz", images = true }')
    change = ["--set", "early_stopping.patience=9", "--set", "batch_size=16"]
    minnet("train", "small.toml", "--run", "whole", "--epochs", "3", "-o", "whole.safetensors", *change)
    minnet("train", "small.toml", "--run", "part", "--epochs", "1", "-o", "part.safetensors", *change)
    minnet("train", "--resume", "part", "--epochs", "3")
    whole, part = (load_predictor(f"{name}.safetensors").model.namedParameters() for name in ("whole", "part"))
    for name, array in whole.items():
        np.testing.assert_array_equal(part[name], array)
    config = json.loads((folder / "part/config.json").read_text())
    assert config["experiment"]["augmentations"] == [{"class": "Shift", "pixels": 1}]
    with Session.resume("part") as session:
        assert session.run.trainer.augmenter.augmentations[0].pixels == 1


@pytest.mark.parametrize("kind", ["kernels", "maps", "saliency", "mistakes"])
def test_its_pictures_are_drawn(folder, kind):
    pytest.importorskip("matplotlib")
    np.savez("images.npz", x=np.random.default_rng(0).random((60, 9, 8, 3)), y=np.arange(60) % 3)
    minnet("init", "small.toml", "--data", '{ class = "Npy", path = "images.npz", images = true }')
    minnet("train", "small.toml", "--no-run", "--epochs", "1")
    minnet("plot", "small.safetensors", "--kind", kind)
    assert (folder / f"{kind}.png").is_file()
