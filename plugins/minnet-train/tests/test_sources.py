from __future__ import annotations

import pytest

from minnet_train import DataConfig, ExperimentError
from minnet_train.sources import load_source


def test_digits_are_the_embedded_ones():
    assert load_source(DataConfig(source="digits")).features.shape == (1797, 64)


def test_another_source_is_the_path_of_a_csv_file(folder):
    data = load_source(DataConfig(source="flowers.csv"))
    assert data.classes == ("setosa", "versicolor", "virginica")


def test_a_path_that_does_not_exist_is_an_error_of_the_source(folder):
    with pytest.raises(ExperimentError) as caught:
        load_source(DataConfig(source=str(folder / "digts")))
    assert str(caught.value) == (
        f"data.source: expected 'digits' or the path of a CSV file, received {str(folder / 'digts')!r}, which is no "
        "file; did you mean 'digits'?"
    )


def test_the_digits_take_no_target():
    with pytest.raises(ExperimentError, match=r"data.target: expected no target: the digits have one, received 'x'"):
        load_source(DataConfig(source="digits", target="x"))
