"""What stands where a model file should: nothing is waited for, and every refusal is one of ours."""

from __future__ import annotations

import json
import os
import socket
import sys

import pytest
from attrs import evolve
from safetensors.numpy import save_file

from minnet_core import ModelFileError, ModelHeader, Module, Sequential, layers, load, read_header, save
from minnet_core.saving.model_header import KEY


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are those of Unix")
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "socket", "device"])
@pytest.mark.parametrize("read", [load, read_header])
def test_what_is_no_file_is_not_waited_for(tmp_path, monkeypatch, kind, read):
    monkeypatch.chdir(tmp_path)
    path = "/dev/zero" if kind == "device" else "m"
    if kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("m")
    elif kind != "device":
        os.mkfifo("m")
        if kind == "link to a pipe":
            os.symlink("m", path := "link")
    with pytest.raises(OSError, match=f"^{path}: expected a file, received a device or a pipe$"):
        read(path)


def test_a_name_that_is_bytes_is_one(tmp_path):
    path = save(Sequential(), tmp_path / "m")
    assert repr(load(os.fsencode(path))) == repr(Sequential())


@pytest.mark.parametrize("name", ["a\0b", "a\udcffb"])
def test_a_name_that_no_file_can_have_is_an_error_of_ours(tmp_path, name):
    with pytest.raises((ModelFileError, OSError)) as caught:
        load(tmp_path / name)
    assert str(caught.value).isprintable()


class Careless(Module):
    def __init__(self, error="IndexError"):
        super().__init__()
        if error != "IndexError":
            raise {"KeyError": KeyError, "OSError": OSError, "SyntaxError": SyntaxError}.get(error, AttributeError)(
                "x\ny"
            )


@pytest.mark.parametrize("error", ["KeyError", "OSError", "SyntaxError", "AttributeError"])
def test_whatever_a_constructor_raises_is_an_error_of_ours(tmp_path, error):
    with layers.emptied():
        layers.register(Careless)
        config = {"class": "local:Careless", "error": error}
        header = ModelHeader(config=config, components={"local:Careless": None})
        header = evolve(header, digest=header.digest_with({}))
        save_file({}, tmp_path / "m", metadata={KEY: header.to_json()})
        with pytest.raises(ModelFileError, match=f"m: its config cannot be built: {error}: ") as caught:
            load(tmp_path / "m")
    assert str(caught.value).isprintable()


def test_a_class_that_is_not_among_the_components_is_named(tmp_path):
    config = {"class": "minnet-core:Sequential", "modules": [{"class": "minnet-x:Y"}]}
    header = ModelHeader(config=config, components={"minnet-core:Sequential": "0.1.0"})
    header = evolve(header, digest=header.digest_with({}))
    save_file({}, tmp_path / "m", metadata={KEY: json.dumps(json.loads(header.to_json()))})
    with pytest.raises(ModelFileError, match="m: its config names 'minnet-x:Y', which its list of components lacks$"):
        load(tmp_path / "m")
