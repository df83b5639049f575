"""Every layer as a NumPy program: run where minnet cannot be imported, it computes what the layer does."""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from minnet_core.cli.main import main
from minnet_core.exporting import ExportOptions, says_formula
from minnet_core.exporting.numpy_code import write_numpy
from minnet_core.saving import ModelHeader
from minnet_core.testing import every_case
from minnet_core.testing.cases import Bend
from minnet_core.testing.kinds import LAYER
from minnet_train import ExperimentFile, Run, load_digits, load_predictor

HEADER = ModelHeader(config={}, components={})

RUN = """
import importlib.util, json, sys
from pathlib import Path

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("minnet"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
sys.path.append({numpy!r})
import numpy as np

def read(given, name):
    if isinstance(name, list):
        return tuple(read(given, each) for each in name)
    return given[name]

def write(kept, name, value):
    if isinstance(value, tuple):
        return [write(kept, f"{{name}}.{{place}}", each) for place, each in enumerate(value)]
    kept[name] = value
    return name

np.seterr(all="raise", under="ignore")
made, names, failures = {{}}, {{}}, {{}}
with np.load("inputs.npz") as file:
    given = dict(file)
for name, (program, structure) in json.loads(Path("inputs.json").read_text()).items():
    try:
        spec = importlib.util.spec_from_file_location(program, program + ".py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        names[name] = write(made, name, module.forward(read(given, structure)))
    except Exception as error:
        failures[name] = repr(error)
np.savez("outputs.npz", **made)
Path("outputs.json").write_text(json.dumps([names, failures]))
assert not [name for name in sys.modules if name.startswith("minnet")]
"""


def bend(x, k):
    return tuple(bend(each, k) for each in x) if isinstance(x, tuple) else np.tanh(k * x)


def whole(x, dtype):
    """Integers in place of real numbers; those of few bits are so large that they would overflow in arithmetic."""
    if isinstance(x, tuple):
        return tuple(whole(each, dtype) for each in x)
    if x.dtype.kind != "f":
        return x
    return np.clip(np.rint(40 * np.abs(x)), 1, 85).astype(dtype) if dtype == np.uint8 else np.rint(3 * x).astype(dtype)


def is_finite(x):
    return all(map(is_finite, x)) if isinstance(x, tuple) else bool(np.isfinite(x).all())


def kept(arrays, name, value):
    """Name the arrays of a table."""
    if isinstance(value, tuple):
        return [kept(arrays, f"{name}.{place}", each) for place, each in enumerate(value)]
    arrays[name] = value
    return name


def found(arrays, name):
    return tuple(found(arrays, each) for each in name) if isinstance(name, list) else arrays[name]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Each case in both precisions, with what the layer and what its program make of each input."""
    says_formula(Bend)(bend)
    folder = tmp_path_factory.mktemp("programs")
    inputs, expected, structure = {}, {}, {}
    # Without what other tests have imported from files.
    installed = [case for case in every_case(kinds=[LAYER]) if ".py:" not in case.command]
    for number, case in enumerate(installed):
        for dtype in (np.float32, np.float64):
            module = case.build(rng=0) if case.takes_rng else case.build()
            module.astype(dtype)
            program = f"program_{number}_{np.dtype(dtype).name}"
            with np.errstate(all="ignore"):
                module.forward(case.draw_input(1, dtype))  # in training mode, which moves statistics
                module.evaluate()
                for place, shape in enumerate(case.shapes):
                    name = f"{case.name} {np.dtype(dtype).name} {place}"
                    value = case.draw_input(place, dtype, shape)
                    if place == 0:
                        write_numpy(module, HEADER, folder / f"{program}.py", ExportOptions())
                    structure[name] = program, kept(inputs, name, value)
                    expected[name] = module.forward(value)
                for integers in (np.int64, np.uint8) if dtype == np.float32 else ():
                    name, value = f"{case.name} {np.dtype(integers).name}", whole(case.draw_input(0, dtype), integers)
                    output = module.forward(value)
                    if is_finite(output):
                        structure[name] = program, kept(inputs, name, value)
                        expected[name] = output
    np.savez(folder / "inputs.npz", **inputs)
    (folder / "inputs.json").write_text(json.dumps(structure))
    numpy = str(Path(np.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN.format(numpy=numpy)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    names, failures = json.loads((folder / "outputs.json").read_text())
    with np.load(folder / "outputs.npz") as file:
        arrays = dict(file)
    return folder, expected, {name: found(arrays, each) for name, each in names.items()}, failures


def differences(expected, made, tolerance):
    """What is wrong with an output, if anything is."""
    if isinstance(expected, tuple):
        if not isinstance(made, tuple) or len(made) != len(expected):
            return "another structure"
        return next(filter(None, (differences(*each, tolerance) for each in zip(expected, made, strict=True))), None)
    if made.shape != expected.shape or made.dtype != expected.dtype:
        return f"{made.shape} {made.dtype} instead of {expected.shape} {expected.dtype}"
    scale = max(1.0, float(np.max(np.abs(expected), initial=0)))
    error = float(np.max(np.abs(made - expected), initial=0)) / scale
    return None if error <= tolerance else f"{error:.2g} apart"


def test_every_example_of_every_layer_is_computed_without_minnet(ran):
    _, expected, made, failures = ran
    assert len(expected) > 300
    assert failures == {}
    wrong = {
        name: difference
        for name, output in expected.items()
        if " float" in name and (difference := differences(output, made[name], 2e-6 if " float32" in name else 1e-13))
    }
    assert wrong == {}


def test_integers_are_real_numbers_to_a_program_as_they_are_to_a_layer(ran):
    folder, expected, made, failures = ran
    assert failures == {}
    structure = json.loads((folder / "inputs.json").read_text())
    names = [name for name in expected if name.endswith((" int64", " uint8"))]
    assert len(names) > 250
    wrong = {}
    for name in names:
        text = (folder / f"{structure[name][0]}.py").read_text()
        is_left_out = "    # " not in text.partition("def forward(x):")[2]  # no line of a layer: y is x as it is
        output = made[name].astype(expected[name].dtype) if is_left_out else made[name]
        wrong[name] = differences(expected[name], output, 2e-6)
    assert {name: difference for name, difference in wrong.items() if difference} == {}


def test_programs_are_laid_out_as_ruff_does(ran):
    folder = ran[0]
    ruff = which("ruff", path=f"{Path(sys.executable).parent}:/usr/bin") or which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    files = sorted(map(str, folder.glob("*.py")))
    assert max(len(line) for file in files for line in Path(file).read_text().splitlines()) <= 120
    for command in (["format", "--check", "--diff"], ["check", "--select=E,F,I,B,UP"]):
        options = ["--isolated", "--line-length=120", "--target-version=py311", "--no-cache"]
        done = subprocess.run([ruff, *command, *options, *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[:4000] + done.stderr[-1000:]


EXPERIMENT = """
epochs = 3
output = "model.safetensors"
model = [
    { class = "Embedding", num_embeddings = 4, embedding_dim = 2, padding_idx = 0, name = "place", inputs = "town" },
    { class = "JoinTable", axis = 1, inputs = ["place", "flat"] },
    { class = "Linear", n_in = 7, n_out = 8 },
    { class = "ReLU" },
    { class = "Linear", n_in = 8, n_out = 1 },
]
criterion = { class = "MSECriterion" }
optimizer = { class = "Adam", lr = 0.02 }

[data]
source = "flats.csv"
target = "rent"
inputs = { flat = ["area", "view", "age"], town = "town" }
unknown = "ignore"
missing = "mean"
standardize = true
standardize_targets = true
"""


def imported(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def flats(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    with open("flats.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "town", "area", "rent", "view"])
        for _ in range(120):
            age, area, view = rng.integers(80), rng.integers(30, 120), rng.choice(["lake", "park", "yard"])
            writer.writerow([age, rng.choice(["Bonn", "Celle", "Trier"]), area, area * 9 - age, view])
    return tmp_path


def test_raw_data_are_prepared_as_in_training_and_values_are_in_its_units(flats):
    (flats / "flats.toml").write_text(EXPERIMENT)
    for arguments in (["train", "flats.toml", "--no-run"], ["export", "--numpy", "model.safetensors", "flats.py"]):
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    assert "keep the two files together" in done.output
    predictor, program = load_predictor("model.safetensors"), imported(flats / "flats.py", "flats")
    raw = {"view": ["park", "lake", ""], "town": ["Bonn", "Elsewhere", ""], "age": [9, np.nan, 3], "area": [50, 60, 70]}
    frame = {**raw, "view": ["park", "lake", None], "town": ["Bonn", "Elsewhere", None], "age": [9, None, 3]}
    np.testing.assert_allclose(program.prepare(raw), predictor.transform(frame), rtol=1e-6)
    np.testing.assert_allclose(program.predict(raw), predictor.predict(frame), rtol=1e-5)
    assert "Columns: area, view, age, town." in program.prepare.__doc__
    rows = list(zip(*(raw[name] for name in ("area", "view", "age", "town")), strict=True))
    np.testing.assert_array_equal(program.prepare(rows), program.prepare(raw))


def test_a_text_that_is_no_category_is_an_error_where_it_was_one_in_training(flats):
    (flats / "flats.toml").write_text(EXPERIMENT.replace('unknown = "ignore"', ""))
    for arguments in (["train", "flats.toml", "--no-run"], ["export", "--numpy", "model.safetensors", "strict.py"]):
        assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    program = imported(flats / "strict.py", "strict")
    with pytest.raises(ValueError, match="view: expected one of .*lake.*, received sea"):
        program.prepare({"view": ["sea"], "town": ["Bonn"], "age": [9], "area": [50]})


def test_classes_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Run.prepare(evolve(ExperimentFile.default().experiment(), epochs=1)).save("digits.safetensors")
    assert CliRunner().invoke(main, ["export", "digits.safetensors", "digits.py"]).exit_code == 0
    program, predictor = imported(tmp_path / "digits.py", "digits"), load_predictor("digits.safetensors")
    features = load_digits().features[:50]
    np.testing.assert_array_equal(program.predict(features), predictor.predict(features))
    np.testing.assert_allclose(program.forward(program.prepare(features)), predictor.decision_function(features), 1e-5)
    assert "A class for each row: 0, 1, 2" in program.predict.__doc__
