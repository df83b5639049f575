"""What is answered is what `minnet predict` writes for the same rows, and what a network makes of its inputs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import numpy as np

from minnet_core import Sequential, layers, load, save
from minnet_test_support.processes import MINNET

ROWS = [
    {"length": 0.25, "colour": "red", "day": "2024-03-01"},
    {"length": None, "colour": "it's <b>green</b>", "day": "2025-12-31"},
    {"length": -3, "colour": None, "day": None},
    {"length": 2.5, "colour": "blue", "day": "2023-07-04"},
]


def predicted(models, model, data, *options):
    """Run the real `minnet predict`."""
    command = [*MINNET, "predict", model, data, "--format", "jsonl", *options]
    done = subprocess.run(command, cwd=models, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_lines(models, rows, name="rows.jsonl"):
    (models / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def test_rows_of_a_table_are_answered_as_minnet_predict_does(models, serving):
    server = serving("mixed.safetensors")
    expected = predicted(models, "mixed.safetensors", write_lines(models, ROWS))
    assert [*expected[0]] == ["label", "probability", "probabilities"]
    assert server.predict(ROWS) == expected
    assert server.predict([list(row.values()) for row in ROWS]) == expected
    assert server.predict([dict(reversed(row.items())) for row in ROWS]) == expected
    assert server.predict([{**row, "answer": "yes", "other": [1]} for row in ROWS]) == expected


def test_one_row_is_answered_with_one_object_and_none_with_none(models, serving):
    server = serving("mixed.safetensors")
    (expected,) = predicted(models, "mixed.safetensors", write_lines(models, ROWS[:1]))
    assert server.predict(ROWS[0]) == server.predict([*ROWS[0].values()]) == expected
    for row in ROWS:
        assert [server.predict(row)] == [server.predict([*row.values()])] == server.predict([row])
    assert server.predict([]) == []


def test_quantiles_are_answered_in_the_units_of_the_targets(models, serving):
    rows = [[0.5, -1.0], [2, 3]]
    (models / "rows.csv").write_text("a,b\n0.5,-1.0\n2,3\n")
    expected = predicted(models, "quantiles.safetensors", "rows.csv")
    assert [*expected[0]] == ["low", "middle", "high"]
    server = serving("quantiles.safetensors")
    assert server.predict(rows) == server.predict([{"b": b, "a": a} for a, b in rows]) == expected
    assert server.predict(rows[1]) == server.predict({"a": 2, "b": 3})


def test_more_rows_than_go_through_the_network_at_once_are_answered_alike(models, serving):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(2500, 2)).round(4)
    np.savetxt(models / "many.csv", rows, "%.4f", ",", header="a,b", comments="")
    assert serving("quantiles.safetensors").predict(rows.tolist()) == predicted(
        models, "quantiles.safetensors", "many.csv"
    )


def test_images_are_nested_lists(models, serving):
    images = np.random.default_rng(2).integers(0, 9, (5, 3, 4)).astype(float)
    np.save(models / "rows.npy", images)
    expected = predicted(models, "images.safetensors", "rows.npy", "--import", "own.py")
    server = serving("images.safetensors", "--import", "own.py")
    assert server.predict(images.tolist()) == expected
    assert server.predict(images.reshape(5, 12).tolist()) == expected
    assert server.predict(images.reshape(5, 1, 3, 4).tolist()) == expected
    assert server.predict(images[0].tolist()) == server.predict(images[0].ravel().tolist())
    assert server.predict(images[0].tolist())["label"] == expected[0]["label"]
    status, told = server.post(json.dumps([[1, 2], [3, 4]]))
    assert (status, told["error"]) == (
        422,
        "request: expected an image (1, 3, 4), or a list of such, received lists of the shape (2, 2)",
    )


def test_numbers_of_classes_are_left_out_and_unknown_texts_ignored_if_asked(models, start):
    server = start("mixed.safetensors", "--no-probabilities", "--unknown", "ignore")
    rows = [ROWS[0], {**ROWS[3], "colour": "mauve"}]
    expected = predicted(
        models, "mixed.safetensors", write_lines(models, rows), "--no-probabilities", "--unknown", "ignore"
    )
    assert [*expected[0]] == ["label", "probability"]
    assert server.predict(rows) == expected


def test_a_model_without_a_preparation_takes_arrays_and_answers_with_arrays(models, serving):
    inputs = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)
    model = load(models / "network.safetensors")
    model.evaluate()
    expected = model.forward(inputs)
    server = serving("network.safetensors")
    answers = [each["output"] for each in server.predict(inputs.tolist())]
    np.testing.assert_allclose(answers, expected, rtol=1e-6)
    np.testing.assert_allclose(server.predict(inputs[0].tolist())["output"], expected[0], rtol=1e-5)


def test_a_shape_that_the_network_does_not_take_is_told_with_its_reason(serving):
    status, told = serving("network.safetensors").post("[[1, 2]]")
    assert status == 422
    assert told["error"].startswith("request: Linear 3 -> 4: expected input (batch, 3), received (1, 2) float32")


def test_the_file_may_be_replaced_and_removed(models, start, tmp_path):
    path = tmp_path / "own.safetensors"
    shutil.copy(models / "mixed.safetensors", path)
    server = start(str(path))
    before = server.predict(ROWS), server.request("GET", "/")[2], server.request("GET", "/model")[2]
    path.write_bytes(b"something else")
    assert (server.predict(ROWS), server.request("GET", "/")[2], server.request("GET", "/model")[2]) == before
    path.unlink()
    assert server.predict(ROWS) == before[0]


def test_a_network_whose_outputs_are_not_finite_answers_null(models, start, tmp_path):
    linear = layers["Linear"](2, 3, rng=0)
    linear.W[:] = [[np.inf, 0], [1, 0], [np.nan, 0]]
    network = Sequential()
    network.add(linear)
    path = save(network, tmp_path / "broken.safetensors")
    answer = start(str(path)).predict([1, 0])  # read as strict JSON
    assert answer["output"][0] is answer["output"][2] is None
    assert isinstance(answer["output"][1], float)


def test_the_folder_of_the_file_is_not_told(models, start):
    server = start(str(models / "mixed.safetensors"))
    for path in ("/", "/model", "/health"):
        content = server.request("GET", path)[2].decode()
        assert "mixed.safetensors" in content
        assert os.fspath(models) + "/mixed.safetensors" not in content
