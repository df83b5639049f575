"""No file, however it was made, gives anything but the model that was saved or a clear error."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load as arrays_in, save as to_bytes

from minnet_core import (
    ModelFileError,
    Module,
    PluginLoadError,
    Sequential,
    UnknownComponentError,
    layers,
    load,
    read_header,
    save,
)
from minnet_core.saving.model_header import KEY, ModelHeader
from minnet_core.testing import install_distribution
from minnet_test_support.processes import run_python

LAYER = """
from minnet_core import Module
class Strange(Module):
    def __init__(self, slope=1.0):
        super().__init__()
        self.slope = slope
"""


class Small(Module):
    PARAMETERS = {"w": "gradW"}
    BUFFERS = ("mean",)

    def __init__(self, n=2):
        super().__init__()
        self.w, self.gradW, self.mean = np.ones(n, np.float32), np.zeros(n, np.float32), None


@pytest.fixture(autouse=True)
def _registered():
    layers.register(Small)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.safetensors"


def small():
    first = Small()
    model = Sequential(first, first.clone("w"), Small())
    model[2].mean = np.arange(3.0)
    return model


def state(model):
    arrays = {**model.namedParameters(), **model.namedBuffers()}
    return repr(model), model.training, {name: array.tobytes() for name, array in arrays.items()}


def forge(path, arrays=None, *, digest=True, **changes):
    """Rewrite a file that `save` wrote, with a digest that fits its new contents."""
    arrays = arrays_in(path.read_bytes()) if arrays is None else arrays
    contents = {**json.loads(read_header(path).to_json()), **changes}
    if digest:
        contents["digest"] = ModelHeader(**contents).digest_with(arrays)
    path.write_bytes(to_bytes(arrays, metadata={KEY: json.dumps(contents)}))


def test_all_missing_components_are_named_with_the_versions_that_were_saved(path):
    save(small(), path)
    components = read_header(path).components
    forge(path, components={**components, "minnet-mish:Mish": "1.2.0", "local:Mine": None})
    with pytest.raises(UnknownComponentError) as caught:
        load(path)
    text = str(caught.value)
    assert str(path) in text
    assert "(saved with 1.2.0: pip install 'minnet-mish==1.2.0', if you trust where the file is from)" in text
    assert "minnet_core.layers.register(Mine)" in text


@pytest.mark.parametrize(
    "name", ["0.missing", "forward", "0.W", "0.__class__", "0.PARAMETERS", "BUFFERS", "9.training"]
)
def test_attribute_that_the_model_lacks_is_an_error(path, name):
    save(small(), path)
    forge(path, attributes={name: 1})
    with pytest.raises(ModelFileError, match=rf"{name}: expected no such attribute, received 1"):
        load(path)


@pytest.mark.parametrize("value", ["no", 1, [True], {"a": 1}])
def test_attribute_of_another_type_is_an_error(path, value):
    save(small(), path)
    forge(path, attributes={"training": value})
    with pytest.raises(ModelFileError, match=r"training: expected one like True, received "):
        load(path)


def test_file_cut_anywhere_is_a_model_file_error(path):
    data = save(small(), path).read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(ModelFileError, match=r"m.safetensors"):
            load(path)


def test_file_with_more_at_its_end_is_a_model_file_error(path):
    data = save(small(), path).read_bytes()
    path.write_bytes(data + b"\0")
    with pytest.raises(ModelFileError, match=r"m.safetensors"):
        load(path)


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_one_flipped_byte_is_a_model_file_error_or_changes_nothing(path, flip):
    data = save(small(), path).read_bytes()
    expected = state(small())
    harmless = 0
    for position in range(len(data)):
        path.write_bytes(data[:position] + bytes([data[position] ^ flip]) + data[position + 1 :])
        try:
            again = load(path)
        except ModelFileError:
            continue
        assert state(again) == expected, position
        harmless += 1
    assert harmless < 10


def test_array_that_is_swapped_for_another_is_an_error(path):
    save(small(), path)
    arrays = arrays_in(path.read_bytes())
    arrays["0.w"] = arrays["0.w"] + 1
    forge(path, arrays, digest=False)
    with pytest.raises(ModelFileError, match=r"altered after it was saved: the SHA-256 digest differs"):
        load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: arrays.pop("0.w"), r"missing: \['0.w', '1.w'\], not of it: \[\]"),
        (lambda arrays: arrays.update(extra=np.ones(2)), r"missing: \[\], not of it: \['extra'\]"),
        (
            lambda arrays: arrays.update({"2.w": np.ones((2, 1), "f4")}),
            r"2.w: expected \(2,\) float32, received \(2, 1\) ",
        ),
        (
            lambda arrays: arrays.update({"2.w": np.ones(2, "i4")}),
            r"2.w: expected \(2,\) float32, received .* int32",
        ),
        (lambda arrays: arrays.update({"2.gradW": np.ones(2, "f4")}), r"not of it: \['2.gradW'\]"),
        (lambda arrays: arrays.update({"2.output": np.ones(2, "f4")}), r"not of it: \['2.output'\]"),
        (lambda arrays: arrays.update({"2._arguments": np.ones(2, "f4")}), r"not of it: \['2._arguments'\]"),
    ],
)
def test_arrays_that_do_not_fit_the_model_are_an_error_whatever_the_digest_says(path, change, message):
    save(small(), path)
    arrays = arrays_in(path.read_bytes())
    change(arrays)
    forge(path, arrays)
    with pytest.raises(ModelFileError, match=message):
        load(path)


@pytest.mark.parametrize(
    "shared",
    [{"1.w": "2.mean"}, {"1.w": "9.w"}, {"1.w": "1.w"}, {"9.w": "0.w"}, {"0.w": "1.w", "1.w": "0.w"}, {}],
)
def test_sharing_that_does_not_fit_the_model_is_an_error(path, shared):
    save(small(), path)
    forge(path, shared=shared)
    with pytest.raises(ModelFileError, match=r"m.safetensors"):
        load(path)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"class": 3},
        {"class": "local:Other"},
        {"class": "os:system"},
        {"class": "Sequential"},
        {"class": "local:Small", "m": 1},
        {"class": "local:Small", "n": -1},
        {"class": "local:Small", "n": "x"},
        {"class": "local:Small", "n": 10**18},
        {"class": "local:Small", "n": 10**400},
        {"class": "local:Small", "n": 3},
        {"class": "local:Small", "n": {"class": "os:system"}},
        {"class": "minnet-core:Sequential", "modules": "x"},
        {"class": "minnet-core:Sequential", "modules": [{"class": "local:Small"}] * 4},
    ],
)
def test_config_that_no_model_has_is_an_error(path, config):
    save(small(), path)
    forge(path, config=config)
    with pytest.raises(ModelFileError, match=r"m.safetensors: "):
        load(path)


def test_config_of_any_depth_is_an_error_of_ours(path):
    save(small(), path)
    for depth in (100, 300, 900, 950, 990, 2000, 100_000):
        config = '{"class":"minnet-core:Sequential","modules":[' * depth + "]}" * depth
        header = f'{{"components":{{"minnet-core:Sequential":null}},"config":{config}}}'
        path.write_bytes(to_bytes({}, metadata={KEY: header}))
        with pytest.raises(ModelFileError):
            load(path)


@pytest.mark.parametrize("name", ["os:system", "subprocess:Popen", "evil:Layer", "minnet-core:Module", "json:tool"])
def test_names_outside_the_registry_are_unknown(path, name):
    save(small(), path)
    forge(path, components={name: "1.0"}, config={"class": name})
    with pytest.raises(UnknownComponentError, match=f"no distribution registers '{name}'"):
        load(path)


@pytest.mark.parametrize("name", ["evil.module:Layer", "evil_module:Layer", "evil:", ":Layer", "Layer", "../evil:x"])
def test_dotted_paths_are_no_names(path, name):
    save(small(), path)
    with pytest.raises(ValueError, match="components"):
        forge(path, components={name: None})
    forge(path, digest=False, components={name: None})
    with pytest.raises(ModelFileError, match="header is damaged"):
        load(path)


def test_module_that_a_file_names_is_never_imported(path, tmp_path):
    (tmp_path / "evil.py").write_text("print('imported')\nclass Layer: ...\n")
    save(Sequential(), path)
    for name in ("evil:Layer", "evil.py:Layer"):
        header = json.loads(read_header(path).to_json()) | {"components": {name: None}, "config": {"class": name}}
        contents = {k: v for k, v in header.items() if k != "digest"}
        try:
            header["digest"] = ModelHeader(**contents).digest_with({})
        except ValueError:
            header["digest"] = ""
        path.write_bytes(to_bytes({}, metadata={KEY: json.dumps(header)}))
        done = run_python(
            f"""
import sys, minnet_core
try:
    minnet_core.load({str(path)!r})
except minnet_core.MinnetError as error:
    print(type(error).__name__, "evil" in sys.modules)
""",
            path=[tmp_path],
        )
        assert done.stdout in ("UnknownComponentError False\n", "ModelFileError False\n"), done
        save(Sequential(), path)


def test_file_of_a_later_format_says_so(path):
    save(small(), path)
    forge(path, digest=False, format=2, novelty=1)
    with pytest.raises(ModelFileError, match="received format 2, which a newer minnet wrote"):
        load(path)


def test_bytes_that_numpy_has_no_dtype_for_are_an_error(path):
    header = {"w": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}
    header["__metadata__"] = {KEY: ModelHeader(config={}, components={}).to_json()}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"\0\0")
    with pytest.raises(ModelFileError, match=r"m.safetensors: "):
        load(path)


@pytest.mark.parametrize(
    ("saved", "installed", "fits"),
    [
        ("0.1.0", "0.1.7", True),
        ("0.1.9", "0.1.0", True),
        ("0.1.0", "0.2.0", False),
        ("1.2.3", "1.9", True),
        ("1.2.3", "2.0", False),
        ("2.0", "1.9", False),
        ("0.1.0rc1", "0.1.0", True),
    ],
)
def test_versions_of_one_series_fit(path, site, saved, installed, fits):
    entry_points = {"minnet.layers": {"Strange": "strange_layer:Strange"}}
    install_distribution(site, "strange-layer", {"strange_layer": LAYER}, entry_points=entry_points, version=saved)
    save(Sequential(layers["strange-layer:Strange"](0.5)), path)
    assert read_header(path).components["strange-layer:Strange"] == saved
    install_distribution(site, "strange-layer", {"strange_layer": LAYER}, entry_points=entry_points, version=installed)
    layers.refresh()
    if not fits:
        with pytest.raises(ModelFileError, match=rf"pip install 'strange-layer=={saved}', or load\(path, check_vers"):
            load(path)
    assert load(path, check_versions=fits)[0].slope == 0.5


def test_missing_distribution_says_what_to_install(path, site):
    entry_points = {"minnet.layers": {"Strange": "strange_layer:Strange"}}
    install_distribution(site, "strange-layer", {"strange_layer": LAYER}, entry_points=entry_points)
    save(Sequential(layers["Strange"]()), path)
    for file in site.glob("*.dist-info/*"):
        file.unlink()
    layers.refresh()
    with pytest.raises(
        UnknownComponentError, match=r"strange-layer is not installed.*pip install 'strange-layer==0.1.0'"
    ):
        load(path)


def test_broken_distribution_says_why(path, site):
    entry_points = {"minnet.layers": {"Strange": "strange_layer:Strange"}}
    install_distribution(site, "strange-layer", {"strange_layer": LAYER}, entry_points=entry_points)
    save(Sequential(layers["Strange"]()), path)
    install_distribution(site, "strange-layer", {"strange_layer": ""}, entry_points=entry_points)
    import sys

    del sys.modules["strange_layer"]
    layers.refresh()
    with pytest.raises(PluginLoadError, match=r"strange-layer:Strange .* cannot be loaded: AttributeError"):
        load(path)


def test_version_of_a_class_that_has_none_is_not_looked_up(path):
    save(small(), path)
    forge(path, components={**read_header(path).components, "local:Small": "1.0"})
    assert state(load(path)) == state(small())
