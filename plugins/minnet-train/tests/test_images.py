"""Images: what sources give, how they are prepared, recorded, and predicted for."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, import_components, read_header
from minnet_train import (
    DataError,
    ExperimentError,
    Run,
    Samples,
    datasets,
    load_digits,
    load_predictor,
    read_experiment,
)
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.predict import predict
from minnet_train.data import Columns, Pixels, Preparation, written_out
from minnet_train.experiment import TrainingRecord
from minnet_train.extras import MissingLibraryError

FLAT = """\
import numpy as np

from minnet_core import Module


class Flat(Module):
    def updateOutput(self, input):
        assert input.ndim == 4
        self.output = input.reshape(len(input), -1).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput
"""

EXPERIMENT = """\
epochs = 2
output = "images.safetensors"
imports = ["flat.py"]
model = [
    {{ class = "flat.py:Flat" }},
    {{ class = "Linear", n_in = {n_in}, n_out = {n_out} }},
    {{ class = "LogSoftMax" }},
]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "Adam", lr = 1e-2 }}
{more}

[data]
source = {source}
{options}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write ``images.toml`` into the current directory, an experiment of a layer that insists on images."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flat.py").write_text(FLAT)

    def written(source, n_in, n_out=3, options="scale = 255", more=""):
        text = EXPERIMENT.format(source=source, n_in=n_in, n_out=n_out, options=options, more=more)
        (tmp_path / "images.toml").write_text(text)
        return "images.toml"

    return written


@pytest.fixture
def pictures(tmp_path):
    """A folder of 24 pictures of 5 by 4 pixels in three classes, told apart by their colour."""
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for index in range(24):
        name = ("red", "green", "blue")[index % 3]
        path = tmp_path / "pictures" / name / f"{index:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        array = rng.integers(0, 60, (5, 4, 3), dtype=np.uint8)
        array[:, :, index % 3] += 150
        image.fromarray(array).save(path)
    return tmp_path / "pictures"


def save_picture(path, array, mode=None):
    image = pytest.importorskip("PIL.Image")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = image.fromarray(array)
    (picture if mode is None else picture.convert(mode)).save(path)


# What is an image.


def test_a_network_takes_digits_as_images_if_it_is_asked():
    dataset = datasets["Digits"](images=True).load()
    inputs, _ = Samples.of(dataset, np.arange(3), Preparation(columns=Columns.of(dataset))).batch([0, 2])
    assert inputs.shape == (2, 1, 8, 8)
    np.testing.assert_array_equal(inputs.reshape(2, -1), load_digits().features[[0, 2]])
    assert dataset.fingerprint() != load_digits().fingerprint()


@pytest.mark.parametrize(
    ("shape", "channels", "found"),
    [
        ((9, 5, 4), None, Pixels(1, 5, 4)),
        ((9, 3, 5, 4), "first", Pixels(3, 5, 4)),
        ((9, 5, 4, 3), "last", Pixels(3, 5, 4, is_channels_last=True)),
        ((9, 3, 5, 6), None, Pixels(3, 5, 6)),
        ((9, 5, 6, 3), None, Pixels(3, 5, 6, is_channels_last=True)),
        ((9, 7, 5, 6), "first", Pixels(7, 5, 6)),
    ],
)
def test_axes_are_found_and_guesses_are_told(tmp_path, shape, channels, found):
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.savez(tmp_path / "x.npz", x=images, y=np.arange(9) % 2)
    dataset = datasets["Npy"](str(tmp_path / "x.npz"), images=True, channels=channels).load()
    assert dataset.image == found
    assert bool(dataset.notes) == (channels is None and len(shape) == 4)
    inputs = Preparation(columns=Columns.of(dataset)).inputs(dataset.features)
    expected = images[:, None] if images.ndim == 3 else images
    expected = expected.transpose(0, 3, 1, 2) if found.is_channels_last else expected
    np.testing.assert_array_equal(inputs, expected)


@pytest.mark.parametrize("shape", [(9, 3, 5, 3), (9, 7, 5, 8), (9, 5), (9, 1, 1, 1, 1)])
def test_axes_that_may_be_either_are_asked_for(tmp_path, shape):
    np.savez(tmp_path / "x.npz", x=np.zeros(shape), y=np.arange(9) % 2)
    with pytest.raises(DataError, match="expected images"):
        datasets["Npy"](str(tmp_path / "x.npz"), images=True).load()


def test_features_that_are_no_images_of_this_size_are_refused():
    from minnet_train import Dataset

    with pytest.raises(DataError, match=r"expected features of images of 1 channel, 3 by 3 pixels, 9 numbers each"):
        Dataset("x", np.zeros((2, 8)), np.zeros((2, 1)), image=Pixels(1, 3, 3))


# A folder of pictures.


def test_a_folder_of_pictures_is_a_source(pictures):
    assert written_out(str(pictures)) == {"class": "minnet-train:ImageFolder", "folder": str(pictures)}
    dataset = datasets["ImageFolder"](str(pictures)).load()
    assert dataset.classes == ("blue", "green", "red")
    assert dataset.image == Pixels(3, 5, 4, is_channels_last=True)
    assert dataset.features.dtype == np.uint8
    assert dataset.notes == ()
    brightest = dataset.image.pictures(dataset.features).mean(axis=(1, 2)).argmax(axis=1)
    np.testing.assert_array_equal(brightest, 2 - dataset.targets)


def test_pictures_are_in_the_order_of_their_paths(tmp_path):
    for number, name in enumerate(["b/2.png", "a/10.png", "b/1.png", "a/deep/x.png", "a/9.PNG"]):
        save_picture(tmp_path / name, np.full((2, 2), number, np.uint8))
    (tmp_path / "a/notes.txt").write_text("no picture")
    for hidden in (".ipynb_checkpoints/1.png", "__MACOSX/a/._1.png", "a/.thumbnails/1.png", "b/._1.png"):
        save_picture(tmp_path / hidden, np.zeros((2, 2), np.uint8))
    dataset = datasets["ImageFolder"](str(tmp_path)).load()
    assert dataset.features[:, 0].tolist() == [1, 4, 3, 2, 0]
    assert [dataset.classes[label] for label in dataset.targets] == ["a", "a", "a", "b", "b"]


def test_grey_and_coloured_pictures_become_coloured_and_it_is_told(tmp_path):
    save_picture(tmp_path / "a/1.png", np.full((2, 3), 7, np.uint8))
    save_picture(tmp_path / "a/2.png", np.full((2, 3, 3), 9, np.uint8))
    save_picture(tmp_path / "b/3.png", np.full((2, 3, 3), 11, np.uint8), "RGBA")
    dataset = datasets["ImageFolder"](str(tmp_path)).load()
    assert dataset.notes == ("of 3 pictures, 1 of L, 1 of RGBA were converted to RGB",)
    assert dataset.features.tolist() == [[7] * 18, [9] * 18, [11] * 18]
    assert datasets["ImageFolder"](str(tmp_path), mode="L").load().image.channels == 1


def test_sizes_that_differ_are_refused_unless_all_are_resized(tmp_path):
    save_picture(tmp_path / "a/1.png", np.full((2, 3), 7, np.uint8))
    save_picture(tmp_path / "b/2.png", np.full((4, 4), 7, np.uint8))
    message = r"b/2.png: expected 2 by 3 pixels, as 1.png has, received 4 by 4; size = \[2, 3\] in the source resizes"
    with pytest.raises(DataError, match=message):
        datasets["ImageFolder"](str(tmp_path)).load()
    assert datasets["ImageFolder"](str(tmp_path), size=[5, 6]).load().features.tolist() == [[7] * 30] * 2


def test_a_picture_that_cannot_be_read_or_has_more_bits_is_named(tmp_path):
    save_picture(tmp_path / "a/1.png", np.full((2, 3), 7, np.uint8))
    (tmp_path / "a/2.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"2.png: expected a picture that can be read"):
        datasets["ImageFolder"](str(tmp_path)).load()
    save_picture(tmp_path / "a/2.png", np.full((2, 3), 700, np.uint16))
    with pytest.raises(DataError, match=r"2.png: expected a picture of 8 bits for each number, received one of mode I"):
        datasets["ImageFolder"](str(tmp_path)).load()


def test_pictures_beside_the_folders_and_none_are_refused(tmp_path):
    with pytest.raises(DataError, match="expected a folder of pictures for each class, received no picture"):
        datasets["ImageFolder"](str(tmp_path)).load()
    save_picture(tmp_path / "1.png", np.full((2, 3), 7, np.uint8))
    with pytest.raises(DataError, match="received 1.png beside them"):
        datasets["ImageFolder"](str(tmp_path)).load()


def test_without_pillow_it_says_in_a_sentence_what_to_install(pictures, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingLibraryError) as caught:
        datasets["ImageFolder"](str(pictures)).load()
    message = str(caught.value)
    assert message.startswith("Files of pictures: expected PIL to be installed, received")
    assert message.endswith("; pip install 'minnet-train[images]'")


# Preparation.


def test_channels_are_standardized_each():
    rng = np.random.default_rng(0)
    images = rng.normal([1, 50, -3], [2, 7, 0.5], (30, 5, 4, 3))
    from minnet_train import Dataset

    image = Pixels(3, 5, 4, is_channels_last=True)
    dataset = Dataset("x", images.reshape(30, -1), np.zeros((30, 1)), image=image)
    plain = Preparation(columns=Columns.of(dataset), scale=2.0)
    learned = plain.learned([dataset.features[:10], dataset.features[10:]], standardize=True, fill=False)
    inputs = learned.inputs(dataset.features)
    np.testing.assert_allclose(inputs.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(inputs.std(axis=(0, 2, 3)), 1, rtol=1e-6)
    assert len(learned.of_inputs.offset) == 3
    auto = learned.for_autoencoding()
    np.testing.assert_allclose(auto.answers(inputs.reshape(30, -1)), image.arranged(dataset.features), atol=1e-4)


def test_the_targets_of_an_autoencoder_are_rows():
    dataset = datasets["Digits"](images=True).load()
    samples = Samples.of(dataset, np.arange(4), Preparation(columns=Columns.of(dataset)), autoencode=True)
    inputs, targets = samples.batch([0, 1])
    assert (inputs.shape, targets.shape) == ((2, 1, 8, 8), (2, 64))


# Experiments and commands.


def test_a_model_of_pictures_predicts_for_them_however_they_come(write, pictures):
    run = Run.prepare(read_experiment(write('"pictures"', 60)))
    for _ in run.epochs():
        pass
    run.save("images.safetensors")
    import_components("flat.py")
    predictor = load_predictor("images.safetensors")
    dataset = datasets["ImageFolder"](str(pictures)).load()
    images = dataset.image.pictures(dataset.features)
    expected = predictor.predict_proba(images)
    assert predictor.transform(images).shape == (24, 3, 5, 4)
    for form in (dataset.features, str(pictures), pictures):
        np.testing.assert_array_equal(predictor.predict_proba(form), expected)
    one = predictor.predict_proba(str(pictures / "blue/02.png"))
    np.testing.assert_allclose(one, expected[:1], rtol=1e-5)
    np.save("x.npy", images)
    np.testing.assert_array_equal(predictor.predict_proba("x.npy"), expected)
    assert predictor.predict_proba(np.empty((0, 0))).shape == (0, 3)
    for wrong in (images.transpose(0, 3, 1, 2), images[:, :4], images[..., :1]):
        with pytest.raises(DataError, match=r"expected images \(rows, 5, 4, 3\), received \(24, "):
            predictor.predict(wrong)


def test_pictures_of_another_size_are_resized_only_if_the_source_says_so(write, pictures):
    for size in ("", ", size = [5, 4]"):
        source = f'{{ class = "ImageFolder", folder = "pictures"{size} }}'
        Run.prepare(read_experiment(write(source, 60))).save("images.safetensors")
        save_picture(pictures.parent / "other.png", np.zeros((10, 8), np.uint8))
        predictor = load_predictor("images.safetensors")
        if size:
            with pytest.warns(UserWarning, match="of 1 pictures, 1 of L were converted to RGB"):
                assert predictor.predict("other.png").shape == (1,)
        else:
            with pytest.raises(DataError, match="expected images of 3 channels, 5 by 4 pixels, received images of 3"):
                predictor.predict("other.png")


def test_a_model_of_rows_takes_no_pictures(write, pictures, tmp_path):
    import_components("flat.py")
    text = (tmp_path / write('"digits"', 64, 10)).read_text().replace('{ class = "flat.py:Flat" },', "")
    (tmp_path / "images.toml").write_text(text)
    Run.prepare(read_experiment("images.toml")).save("rows.safetensors")
    with pytest.raises(DataError, match="expected rows of numbers, which the model takes, received pictures"):
        load_predictor("rows.safetensors").predict(str(pictures))


def test_the_commands_know_pictures(write, pictures):
    run = Run.prepare(read_experiment(write('"pictures"', 60, more='augmentations = ["Flip"]')))
    run.save("images.safetensors")
    invoke = CliRunner().invoke
    done = invoke(predict, ["images.safetensors", "pictures", "--import", "flat.py"], catch_exceptions=False)
    assert done.stdout.splitlines()[0] == "label,probability,probability(blue),probability(green),probability(red)"
    assert len(done.stdout.splitlines()) == 25
    pictures.rename(pictures.with_name("moved"))
    options = ["--data", "moved", "--split", "all", "--import", "flat.py"]
    done = invoke(evaluate, ["images.safetensors", *options], catch_exceptions=False)
    assert done.output.startswith("moved: 24")


def test_a_model_file_remembers_what_its_images_are(write):
    source = '{ class = "Digits", images = true }'
    run = Run.prepare(read_experiment(write(source, 64, 10, "scale = 16\nstandardize = true")))
    run.save("images.safetensors")
    preparation = TrainingRecord.read(read_header("images.safetensors"), "images.safetensors").preparation
    assert preparation == run.preparation
    assert preparation.columns.image == Pixels(1, 8, 8)


def test_a_model_file_of_rows_says_nothing_of_images(folder):
    Run.prepare(read_experiment("small.toml")).save("small.safetensors")
    text = str(read_header("small.safetensors").metadata["minnet-train"]["preparation"])
    assert "image" not in text
    assert "each" not in text


def test_an_augmentation_that_does_not_fit_is_found_before_training(write, folder, edit):
    edit("[data]", 'augmentations = ["Noise", { class = "Shift" }]\n[data]')
    with pytest.raises(ExperimentError, match=r"augmentations\[1\]: .*expected images"):
        Run.prepare(read_experiment("small.toml"))


def test_an_autoencoder_refuses_what_moves_its_targets_no_more(write):
    more = 'augmentations = [{ class = "Noise", deviation = 0.1 }, "Flip"]'
    path = write('{ class = "Digits", images = true }', 64, 64, "autoencode = true", more)
    with pytest.raises(ExperimentError, match=r"augmentations\[1\]: expected one that leaves numbers in their places"):
        Run.prepare(read_experiment(path))


def test_augmentations_are_validated_as_other_components_are(folder, edit):
    edit("[data]", 'augmentations = [{ class = "Shift", pixel = 2 }, "Flap"]\n[data]')
    with pytest.raises(ExperimentError) as caught:
        Run.prepare(read_experiment("small.toml"))
    assert "augmentations[0].pixel: unknown argument of Shift; did you mean 'pixels'?" in str(caught.value)
    assert "augmentations[1].class: no distribution registers 'Flap' in augmentations; did you mean" in str(
        caught.value
    )


def test_data_that_have_another_layout_are_brought_into_that_of_the_model(write, pictures):
    Run.prepare(read_experiment(write('"pictures"', 60))).save("images.safetensors")
    dataset = datasets["ImageFolder"](str(pictures)).load()
    names = np.array(dataset.classes)[dataset.targets]
    np.savez("first.npz", x=dataset.image.pictures(dataset.features).transpose(0, 3, 1, 2), y=names)
    losses = []
    for data in ("pictures", '{ class = "Npy", path = "first.npz", images = true, channels = "first" }'):
        options = ["--data", data, "--split", "all", "--import", "flat.py", "--json"]
        done = CliRunner().invoke(evaluate, ["images.safetensors", *options], catch_exceptions=False)
        losses.append(json.loads(done.stdout)["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_data_that_changed_from_rows_to_images_are_others(write):
    Run.prepare(read_experiment(write('{ class = "Digits", images = true }', 64, 10))).save("images.safetensors")
    options = ["--data", "digits", "--import", "flat.py"]
    with pytest.raises(ModelFileError, match="expected the data that it was trained on"):
        CliRunner().invoke(evaluate, ["images.safetensors", *options], catch_exceptions=False)
