from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_train import DataError, datasets
from minnet_train.data.memory_map import is_mapped
from minnet_train.data.sources.npy import mapped_npz, npz_names

FEATURES = np.arange(24, dtype=np.float32).reshape(4, 2, 3)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", FEATURES)
    np.save("y.npy", np.array([5, -1, 5, -1]))
    return tmp_path


def load(*args, **kwargs):
    return datasets["Npy"](*args, **kwargs).load()


def test_features_are_mapped_and_flattened(here):
    data = load("x.npy", "y.npy")
    assert is_mapped(data.features)
    assert data.features.tolist() == FEATURES.reshape(4, 6).tolist()
    assert (data.name, data.classes, data.targets.tolist()) == ("x.npy", (-1, 5), [1, 0, 1, 0])


@pytest.mark.parametrize(("features", "targets"), [("x.npy", "x_targets.npy"), ("features.npy", "targets.npy")])
def test_targets_are_found_beside_the_features(here, features, targets):
    np.save(features, FEATURES)
    np.save(targets, np.zeros(4))
    assert load(features).targets.shape == (4, 1)


def test_there_may_be_no_targets(here):
    assert load("x.npy").targets.shape == (4, 0)
    np.savez("only.npz", x=FEATURES)
    assert load("only.npz").targets.shape == (4, 0)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_file_has_both(here, save):
    save("b.npz", x=FEATURES, y=np.array(["b", "a", "b", "a"]))
    data = load("b.npz")
    assert is_mapped(data.features) == (save is np.savez)
    assert np.array_equal(data.features, FEATURES.reshape(4, 6))
    assert (data.classes, data.targets.tolist()) == (("a", "b"), [1, 0, 1, 0])


def test_names_in_an_npz_file_can_be_said(here):
    np.savez("b.npz", one=FEATURES, two=np.array([1, 0, 1, 0]))
    assert load("b.npz", features_name="one", targets_name="two").classes == (0, 1)
    assert load("b.npz", "y.npy", features_name="one").classes == (-1, 5)
    with pytest.raises(
        DataError, match="b.npz: expected features under features, x, .*received arrays one, two; features_name"
    ):
        load("b.npz")


@pytest.mark.parametrize(
    "array", [np.asfortranarray(FEATURES[0]), np.arange(3, dtype=">i2"), np.zeros((2, 0)), np.array(3.0)]
)
def test_any_array_is_mapped_out_of_an_npz_file_as_numpy_reads_it(here, array):
    np.savez("a.npz", first=np.zeros(3), a=array)
    assert npz_names("a.npz") == ("first", "a")
    if array.size:
        mapped = mapped_npz("a.npz", "a")
        assert (mapped.dtype, mapped.shape) == (array.dtype, array.shape)
        assert np.array_equal(mapped, array)


@pytest.mark.parametrize(
    ("targets", "task", "classes", "shape"),
    [
        (np.array([0.5, 1, 2, 3]), None, (), (4, 1)),
        (np.zeros((4, 2)), None, (), (4, 2)),
        (np.array([1, 2, 1, 2]), "regression", (), (4, 1)),
        (np.array([[1], [2], [1], [2]]), None, (1, 2), (4,)),
        (np.array([1.0, 2.0, 1.0, 2.0]), "classification", (1, 2), (4,)),
        (np.array([True, False, True, False]), None, (0, 1), (4,)),
        (np.array([b"q", b"p", b"q", b"q"]), None, ("p", "q"), (4,)),
    ],
)
def test_the_type_of_the_targets_makes_the_task_unless_it_is_said(here, targets, task, classes, shape):
    np.save("t.npy", targets)
    data = load("x.npy", "t.npy", task=task)
    assert (data.classes, data.targets.shape) == (classes, shape)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bad.npy: expected an array of numbers in an NPY file, which begins with .*NUMPY', received b''$"),
        (b"hello, this is no array", "bad.npy: expected an array of numbers in an NPY file, .* received b'hello,'$"),
        (b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fort", "bad.npy: expected"),
        (b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (4, 2), }", "bad.npy: expected"),
    ],
)
def test_a_file_that_is_none_is_an_error(here, content, message):
    (here / "bad.npy").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load("bad.npy")


def test_a_file_of_objects_is_an_error_and_never_unpickled(here):
    np.save("o.npy", np.array([[print, 1]], dtype=object))
    np.savez("o.npz", x=np.array([[print, 1]], dtype=object))
    for name in ("o.npy", "o.npz"):
        with pytest.raises(DataError, match=f"{name}: expected"):
            load(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.npy",), "none.npy: expected a file that can be read: No such file"),
        (("x.npy", "none.npy"), "none.npy: expected a file that can be read"),
        (("y.npy",), r"y.npy: expected features \(rows, ...\), received \(4,\)"),
        (
            ("x.npy", "short.npy"),
            r"x.npy: expected targets of a classification, integers \(4,\), received int64 \(3,\)",
        ),
        (("x.npy", "complex.npy"), "expected targets .rows,. that are classes, or numbers .* received complex128"),
    ],
)
def test_what_does_not_fit_is_an_error(here, arguments, message):
    np.save("short.npy", np.array([1, 2, 3]))
    np.save("complex.npy", np.zeros(4, complex))
    with pytest.raises(DataError, match=message):
        load(*arguments)


def test_a_truncated_archive_is_an_error(here):
    np.savez("b.npz", x=FEATURES)
    (here / "b.npz").write_bytes((here / "b.npz").read_bytes()[:-30])
    with pytest.raises(DataError, match="b.npz: expected a whole NPY or NPZ file"):
        load("b.npz")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["x.npy", "stored.npz", "packed.npz"]), st.data())
def test_a_damaged_file_is_a_data_error_or_an_array(here, name, data):
    if not (here / "packed.npz").exists():
        np.savez("stored.npz", x=FEATURES)
        np.savez_compressed("packed.npz", x=FEATURES)
    content = bytearray((here / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = f"damaged{Path(name).suffix}"
    (here / damaged).write_bytes(content)
    with suppress(DataError):
        load(damaged)


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2, }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 2), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (4" + b"0" * 40 + b", 2), }",
        b"{'descr': [1], 'fortran_order': False, 'shape': (4, 2), }",
        b"{'descr': '<f99', 'fortran_order': False, 'shape': (4, 2), }",
        b"(" * 2000 + b")" * 2000,
        b"\x1b[31m",
    ],
)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_a_header_that_is_none_is_a_data_error(here, header, suffix):
    content = b"\x93NUMPY\x01\x00" + len(header + b"\n").to_bytes(2, "little") + header + b"\n" + bytes(64)
    if suffix == "npy":
        (here / "bad.npy").write_bytes(content)
    else:
        with zipfile.ZipFile("bad.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.npy", content)
    with pytest.raises(DataError, match=rf"bad\.{suffix}: expected") as caught:
        load(f"bad.{suffix}")
    assert "\x1b" not in str(caught.value)


def test_an_archive_that_unpacks_to_more_than_its_header_says_or_than_is_plausible_is_refused_unread(here):
    zeros = npy_of(np.zeros(2**21))
    for name, header, claimed in (("more", npy_of(np.zeros(2)), 2), ("most", zeros, 2**21)):
        with zipfile.ZipFile(f"{name}.npz", "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("x.npy", header[:128] + zeros[128:])
        with pytest.raises(DataError, match=rf"{name}\.npz: expected an array of .*(16,777,344|{claimed})"):
            load(f"{name}.npz")


def npy_of(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()
