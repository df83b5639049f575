"""``minnet export model.safetensors model.onnx``: raw data in, the predictor's answers out."""

import json

import numpy as np
import pytest

from minnet_core import Sequential, layers, save
from minnet_core.errors import ExportError
from minnet_core.exporting import ExportOptions, export_file
from minnet_test_support.processes import run_python
from minnet_train import ExperimentFile, Run, load_digits, load_predictor

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

HIDDEN = '[{ class = "Linear", n_in = %d, n_out = 4 }, { class = "ELU" }, { class = "Linear", n_in = 4, n_out = %d }%s]'


def trained(folder, monkeypatch, *, model, data, criterion="MSECriterion"):
    """The file of a model that was trained for an epoch, and its predictor."""
    monkeypatch.chdir(folder)
    (folder / "experiment.toml").write_text(
        f'epochs = 1\nbatch_size = 16\noutput = "model.safetensors"\nmodel = {model}\n'
        f'criterion = {{ class = "{criterion}" }}\noptimizer = {{ class = "Adam", lr = 1e-2 }}\n[data]\n{data}\n'
    )
    run = Run.prepare(ExperimentFile.read("experiment.toml").experiment())
    list(run.epochs())
    run.save("model.safetensors")
    return load_predictor("model.safetensors")


def write_table(folder, *, missing=False):
    """A table of numbers far from zero, a text, and what is to be predicted."""
    rng = np.random.default_rng(0)
    rows = ["year,town,size,rent"]
    for index in range(60):
        year, size, town = 1900 + rng.uniform(0, 100), rng.uniform(20, 90), rng.choice(["Bern", "Oslo", "Rome"])
        rows.append(f"{'' if missing and index % 7 == 0 else f'{year:.2f}'},{town},{size:.3f},{size * 10:.3f}")
    (folder / "rents.csv").write_text("\n".join(rows))


def answers(feed, path="model.onnx"):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, feed)[0]


def columns(**values):
    return {
        name: np.array(value, object if isinstance(value[0], str) else np.float32)[:, None]
        for name, value in values.items()
    }


def test_texts_and_numbers_far_from_zero_are_prepared_in_the_file(tmp_path, monkeypatch):
    write_table(tmp_path)
    data = 'source = "rents.csv"\nstandardize = true\nstandardize_targets = true'
    predictor = trained(tmp_path, monkeypatch, model=HIDDEN % (5, 1, ""), data=data)
    said = export_file("model.safetensors", "model.onnx")
    assert said[0] == "it takes raw data: their preparation is part of it"
    values = {"year": [1901.5, 1999.25, 1950.0], "town": ["Rome", "Bern", "Oslo"], "size": [30.0, 80.5, 55.0]}
    expected = predictor.predict([dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)])
    np.testing.assert_allclose(answers(columns(**values))[:, 0], expected, rtol=1e-5)


def test_a_text_that_is_no_category_is_an_error_as_in_training(tmp_path, monkeypatch):
    write_table(tmp_path)
    trained(tmp_path, monkeypatch, model=HIDDEN % (5, 1, ""), data='source = "rents.csv"\nstandardize = true')
    export_file("model.safetensors", "model.onnx")
    with pytest.raises(Exception, match="(?i)category|categories"):
        answers(columns(year=[1950.0], town=["Paris"], size=[50.0]))


def test_missing_numbers_are_filled(tmp_path, monkeypatch):
    write_table(tmp_path, missing=True)
    data = 'source = "rents.csv"\nstandardize = true\nmissing = "mean"'
    predictor = trained(tmp_path, monkeypatch, model=HIDDEN % (5, 1, ""), data=data)
    export_file("model.safetensors", "model.onnx")
    expected = predictor.predict([{"year": None, "town": "Oslo", "size": 40.0}])
    found = answers(columns(year=[np.nan], town=["Oslo"], size=[40.0]))
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-5)


def test_digits_are_scaled_and_classes_are_metadata(tmp_path, monkeypatch):
    model = HIDDEN % (64, 10, ', { class = "LogSoftMax" }')
    data = 'source = "digits"\nscale = 16.0\nstandardize = true'
    predictor = trained(tmp_path, monkeypatch, model=model, data=data, criterion="ClassNLLCriterion")
    export_file("model.safetensors", "model.onnx")
    raw = load_digits().features[:30].astype(np.float32)
    scores = answers({"input": raw})
    np.testing.assert_allclose(np.exp(scores), predictor.predict_proba(raw), rtol=1e-4, atol=1e-6)
    metadata = {each.key: each.value for each in onnx.load("model.onnx").metadata_props}
    assert json.loads(metadata["classes"]) == list(range(10))
    assert json.loads(metadata["components"])["minnet-layers:Linear"]
    assert {"experiment", "card", "fingerprint"} <= metadata.keys()


def test_images_with_their_channels_last_are_taken_as_they_are(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 6, 5, 3)).astype(np.uint8)
    np.savez(tmp_path / "images.npz", X=images, y=np.arange(40) % 2)
    model = (
        '[{ class = "Conv2d", in_channels = 3, out_channels = 2, kernel_size = 3 }, { class = "GlobalAvgPool2d" }, '
        '{ class = "LogSoftMax" }]'
    )
    data = 'source = { class = "Npy", path = "images.npz", images = true }\nscale = 255.0\nstandardize = true'
    predictor = trained(tmp_path, monkeypatch, model=model, data=data, criterion="ClassNLLCriterion")
    export_file("model.safetensors", "model.onnx")
    found = answers({"input": images[:7].astype(np.float32)})
    np.testing.assert_allclose(np.exp(found), predictor.predict_proba(images[:7]), rtol=1e-4)


def test_the_preparation_can_be_left_out(tmp_path, monkeypatch):
    write_table(tmp_path)
    predictor = trained(
        tmp_path, monkeypatch, model=HIDDEN % (5, 1, ""), data='source = "rents.csv"\nstandardize = true'
    )
    said = export_file("model.safetensors", "model.onnx", ExportOptions(prepare=False))
    assert not any("raw data" in sentence for sentence in said)
    prepared = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    np.testing.assert_allclose(answers({"input": prepared}), predictor.model.forward(prepared), rtol=1e-4, atol=1e-5)


def test_a_preparation_of_another_form_is_said_and_left_out_unless_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metadata = {"minnet-train": {"preparation": {"columns": {"count": 4, "calendars": [{"kind": "moon"}]}}}}
    save(Sequential(layers["Linear"](4, 3, rng=0)), "model.safetensors", metadata=metadata)
    said = export_file("model.safetensors", "model.onnx", ExportOptions(prepare=None))
    assert not any("raw data" in sentence for sentence in said)
    with pytest.raises(ExportError, match="the preparation in the model file is of another form.*moon"):
        export_file("model.safetensors", "again.onnx", ExportOptions(prepare=True))


def test_the_command_writes_a_model_that_was_never_trained_and_says_what_it_guesses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(Sequential(layers["Linear"](4, 3, rng=0)), "model.safetensors")
    done = run_python("-m", "minnet_core", "export", "model.safetensors", "model.onnx")
    assert done.stdout.splitlines()[:2] == [
        "a sample is taken to be of shape 4; --input-shape says another",
        "opset 18, 2 operators",
    ]
    assert answers({"input": np.ones((5, 4), np.float32)}).shape == (5, 3)
    with pytest.raises(ExportError, match="does not"):
        export_file("model.safetensors", "prepared.onnx", ExportOptions(prepare=True))


def test_a_preparation_of_another_form_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metadata = {"minnet-train": {"preparation": {"columns": 3}}}
    save(Sequential(layers["Linear"](4, 3, rng=0)), "model.safetensors", metadata=metadata)
    with pytest.raises(ExportError, match="the preparation in the model file is of another form"):
        export_file("model.safetensors", "model.onnx", ExportOptions(prepare=True))
