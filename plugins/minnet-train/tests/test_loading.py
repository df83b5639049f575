from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataConfig, DataError, Dataset, ExperimentError, Source, datasets
from minnet_train.experiment.loading import load_source


def test_digits_are_the_embedded_ones():
    assert load_source(DataConfig(source="digits")).features.shape == (1797, 64)
    assert load_source(DataConfig(source={"class": "Digits"})).features.shape == (1797, 64)


def test_a_path_is_read_by_its_suffix(folder):
    np.save("numbers.npy", np.zeros((3, 2)))
    np.savez("both.npz", x=np.zeros((3, 2)), y=np.array([0, 1, 0]))
    (folder / "flowers.data").write_text((folder / "flowers.csv").read_text())
    assert load_source(DataConfig(source="flowers.csv")).classes == ("setosa", "versicolor", "virginica")
    assert load_source(DataConfig(source="flowers.data")).classes == ("setosa", "versicolor", "virginica")
    assert load_source(DataConfig(source="numbers.npy")).targets.shape == (3, 0)
    assert load_source(DataConfig(source="both.npz")).classes == (0, 1)
    with pytest.raises(DataError, match="expected a file train-images-idx3-ubyte"):
        load_source(DataConfig(source="."))


def test_target_and_weights_stand_beside_the_path_of_a_table(folder):
    data = load_source(DataConfig(source="flowers.csv", target="species", weights="width"))
    assert data.columns == ("length",)
    assert data.weights[0] == 1.0
    several = load_source(DataConfig(source="flowers.csv", target=("length", "width"), weights=None))
    assert several.outputs == ("length", "width")


def test_a_path_that_does_not_exist_is_an_error_of_the_source(folder):
    with pytest.raises(ExperimentError) as caught:
        load_source(DataConfig(source=str(folder / "digts")))
    assert str(caught.value) == (
        "data.source: expected 'digits', the path of a data file (CSV, Parquet, Feather, JSON lines, NPY or NPZ) "
        "or of a folder with IDX files or with pictures by class, "
        f"received {str(folder / 'digts')!r}, which is no file; did you mean 'digits'?"
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"source": "digits", "target": "x"},
            "data.target: expected no target: only a table has columns, received 'x' for Digits",
        ),
        ({"source": "digits", "weights": 0}, "data.weights: expected no weights: only a table has columns"),
        (
            {"source": {"class": "Csv", "path": "flowers.csv"}, "target": "species"},
            "data.target: expected no target beside a source that is a table; write it into that",
        ),
        (
            {"source": {"class": "TwoMons"}},
            "data.source.class: no distribution registers 'TwoMons' in datasets; did you mean 'TwoMoons'",
        ),
        (
            {"source": {"class": "TwoMoons", "nosie": 1}},
            "data.source.nosie: unknown argument of TwoMoons; did you mean 'noise'?",
        ),
        ({"source": {"class": "Csv"}}, "data.source: Csv: missing a required argument: 'path'"),
        ({"source": {"class": "TwoMoons", "n": 0}}, "data.source: TwoMoons: expected n, an integer of at least 4"),
        ({"source": {"class": "Csv", "path": "a", "task": "x"}}, "data.source: Csv: task: expected 'classification'"),
        ({"source": {"class": "Linear"}}, "no distribution registers 'Linear' in datasets"),
    ],
)
def test_what_is_no_source_is_an_error_that_names_the_key(folder, config, message):
    with pytest.raises(ExperimentError) as caught:
        load_source(DataConfig(**config))
    assert message in str(caught.value)


def test_a_source_that_gives_something_else_is_an_error():
    class Wrong(Source):
        def load(self) -> Dataset:
            return 3

    with datasets.override("Wrong", Wrong), pytest.raises(DataError, match="Wrong: expected a Dataset from load"):
        load_source(DataConfig(source={"class": "Wrong"}))


def test_paths_of_a_component_are_relative_to_the_experiment():
    config = DataConfig(source={"class": "Npy", "path": "x.npy", "targets": "/y.npy", "targets_name": "y"})
    assert config.relative_to("folder").source == {
        "class": "Npy",
        "path": "folder/x.npy",
        "targets": "/y.npy",
        "targets_name": "y",
    }
    unknown = DataConfig(source={"class": "Nothing", "path": "x"})
    assert unknown.relative_to("folder") == unknown


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"class": "TwoMoons", "noise": "0.1"}, "data.source.noise: expected a number, received '0.1'"),
        ({"class": "Csv", "path": 5}, "data.source: Csv: expected the path of a file, or a list of them, received 5"),
        ({"class": "Spirals", "turns": []}, r"data.source.turns: expected a number, received \[\]"),
        ({"class": "TwoMoons", "n": 1e3}, "data.source.n: expected an integer, received 1000.0"),
        ({"class": "TwoMoons", "n": True}, "data.source.n: expected an integer, received True"),
        ({"class": "Csv", "path": "a.csv", "task": 1}, "data.source.task: expected a text, received 1"),
    ],
)
def test_an_argument_of_another_type_is_an_error_of_its_key(source, message):
    with pytest.raises(ExperimentError, match=message):
        load_source(DataConfig(source=source))


def test_whatever_a_source_raises_is_an_error_of_the_data():
    with pytest.raises(DataError, match=r"TwoMoons: load\(\) raised ValueError"):
        load_source(DataConfig(source={"class": "TwoMoons", "rng": -1}))
