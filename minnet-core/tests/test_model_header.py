from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from minnet_core import ModelFileError, ModelHeader, Sequential, read_header, save
from minnet_core.saving.model_header import FORMAT, KEY, parse_header

CONFIG = {"class": "minnet-core:Sequential"}
COMPONENTS = {"minnet-core:Sequential": "0.1.0"}


def header(**changes):
    return ModelHeader(**{"config": CONFIG, "components": COMPONENTS, **changes})


def test_header_of_a_file_is_read_without_building(tmp_path, monkeypatch):
    path = save(Sequential(), tmp_path / "m.safetensors", metadata={"epochs": 3})
    monkeypatch.setattr(Sequential, "__init__", None)
    found = read_header(path)
    assert (found.config, found.attributes, found.shared, found.format) == (CONFIG, {}, {}, FORMAT)
    assert found.components.keys() == COMPONENTS.keys()
    assert found.metadata == {"epochs": 3}


def test_json_is_canonical_and_comes_back():
    text = header(metadata={"b": 1, "a": [None, "é\ud800"]}).to_json()
    assert text.isascii()
    assert text == header(metadata={"a": [None, "é\ud800"], "b": 1}).to_json()
    assert parse_header({KEY: text}, "m").to_json() == text


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, b"x", np.float32(1)])
def test_metadata_that_json_cannot_hold_is_an_error(tmp_path, value):
    with pytest.raises(ModelFileError, match="metadata: expected values that JSON can hold"):
        save(Sequential(), tmp_path / "m", metadata={"x": value})
    assert list(tmp_path.iterdir()) == []


def test_endless_metadata_is_an_error(tmp_path):
    endless: dict = {}
    endless["x"] = endless
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    for value in (endless, deep):
        with pytest.raises(ModelFileError, match="metadata"):
            save(Sequential(), tmp_path / "m", metadata={"x": value})


def test_digest_depends_on_everything_but_itself():
    arrays = {"w": np.arange(6, dtype=np.float32).reshape(2, 3)}
    digest = header().digest_with(arrays)
    assert digest == header(digest="x").digest_with({"w": arrays["w"].copy(order="F")})
    others = [
        header(config={"class": "a:B"}).digest_with(arrays),
        header(components={}).digest_with(arrays),
        header(shared={"a": "b"}).digest_with(arrays),
        header(attributes={"training": False}).digest_with(arrays),
        header(metadata={"a": 1}).digest_with(arrays),
        header().digest_with({"v": arrays["w"]}),
        header().digest_with({"w": arrays["w"].reshape(3, 2)}),
        header().digest_with({"w": arrays["w"].view(np.int32)}),
        header().digest_with({"w": -arrays["w"]}),
        header().digest_with({}),
    ]
    assert len({digest, *others}) == len(others) + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"config": []},
        {"components": []},
        {"components": {"minnet-core:Sequential": 3}},
        {"components": {"os.path:join": None, "../x": None}},
        {"components": {"minnet_core.nn.module:Module.forward": None}},
        {"components": {"Sequential": None}},
        {"shared": {"a": 1}},
        {"shared": None},
        {"attributes": []},
        {"format": 0},
        {"metadata": []},
        {"digest": None},
        {"format": "1"},
        {"format": None},
        {"surprise": 1},
    ],
)
def test_damaged_header_is_an_error(changes):
    contents = {**json.loads(header().to_json()), **changes}
    with pytest.raises(ModelFileError, match=r"^m: its minnet header is damaged: "):
        parse_header({KEY: json.dumps(contents)}, "m")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"x"', "{}", "[" * 100_000, '{"format": 1', "1" * 5000])
def test_text_that_is_no_header_is_an_error(text):
    with pytest.raises(ModelFileError, match=r"^m: its minnet header is damaged: "):
        parse_header({KEY: text}, "m")


def test_later_format_says_to_upgrade_whatever_else_it_holds():
    with pytest.raises(ModelFileError, match=r"expected file format 1 .*received format 2.*pip install -U minnet"):
        parse_header({KEY: '{"format": 2, "novelty": {}}'}, "m")


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_file_of_another_program_is_an_error(tmp_path, metadata):
    save_file({"w": np.ones(2)}, tmp_path / "m", metadata=metadata)
    with pytest.raises(ModelFileError, match=r"m: expected a model that minnet saved.*of another program"):
        read_header(tmp_path / "m")


@pytest.mark.parametrize("contents", [b"", b"x", b"\x00" * 8, b"\xff" * 100, b"PK\x03\x04" + b"\x00" * 60])
def test_what_is_no_safetensors_file_is_an_error(tmp_path, contents):
    (tmp_path / "m").write_bytes(contents)
    with pytest.raises(ModelFileError, match="m: expected a whole safetensors file"):
        read_header(tmp_path / "m")


def test_file_that_cannot_be_opened_is_an_os_error_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        read_header(tmp_path / "absent")
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        read_header(tmp_path)
