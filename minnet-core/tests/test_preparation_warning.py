"""A file may say what prepares its model's inputs; whoever loads the network alone is told."""

from __future__ import annotations

import warnings

import pytest

from minnet_core import Sequential, load, read_header, save
from minnet_core.errors import PreparationWarning
from minnet_core.saving import INPUTS


def saved(path, inputs):
    return save(Sequential(), path, metadata={INPUTS: inputs})


def test_a_warning_names_what_prepares_the_inputs_at_the_line_of_the_caller(tmp_path):
    path = saved(tmp_path / "m.safetensors", {"prepared_by": "my_package.load_prepared"})
    assert read_header(path).prepared_by == "my_package.load_prepared"
    with pytest.warns(PreparationWarning) as caught:
        load(path)
    (warning,) = caught
    assert str(warning.message).endswith(f"not raw data; my_package.load_prepared({str(path)!r}) prepares them")
    assert warning.filename == __file__


def test_who_loads_it_again_in_one_place_is_told_once(tmp_path):
    path = saved(tmp_path / "m.safetensors", {"prepared_by": "my_package.load_prepared"})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            load(path)
    assert len(caught) == 1


def test_who_prepares_the_inputs_is_told_nothing(tmp_path):
    load(saved(tmp_path / "m.safetensors", {"prepared_by": "my_package.load_prepared"}), prepared=True)


@pytest.mark.parametrize(
    "inputs",
    [
        None,
        "my_package.load",
        {},
        {"prepared_by": 3},
        {"prepared_by": "load"},
        {"prepared_by": "rm -rf ~; x.load"},
        {"prepared_by": "a.b\x1b[2J"},
        {"prepared_by": "p\u0430ckage.load"},
        {"prepared_by": "a." + "b" * 100},
    ],
)
def test_what_is_no_name_of_a_function_is_not_repeated(tmp_path, inputs):
    path = saved(tmp_path / "m.safetensors", inputs)
    assert read_header(path).prepared_by is None
    load(path)
