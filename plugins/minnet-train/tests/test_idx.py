from __future__ import annotations

import gzip
import tracemalloc

import numpy as np
import pytest

from minnet_train import DataError, datasets
from minnet_train.data.memory_map import is_mapped
from minnet_train.data.sources.idx import read_idx

IMAGES = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3)
LABELS = np.array([7, 3, 7, 3, 9], np.uint8)


def idx(array: np.ndarray, code: int = 8) -> bytes:
    return bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def mnist(tmp_path):
    def write(part="train", *, packed=False, dot=False, images=IMAGES, labels=LABELS):
        for name, array in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", labels)):
            content = idx(array)
            name = name.replace("-idx", ".idx") if dot else name
            (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
        return str(tmp_path)

    return write


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dot", [False, True])
def test_images_and_labels_are_read_gzipped_or_not(mnist, packed, dot):
    data = datasets["Idx"](mnist(packed=packed, dot=dot)).load()
    assert np.array_equal(data.features, IMAGES.reshape(5, 6))
    assert is_mapped(data.features) != packed
    assert (data.classes, data.targets.tolist()) == ((3, 7, 9), [1, 0, 1, 0, 2])


def test_there_are_two_parts(mnist):
    mnist()
    folder = mnist("t10k", images=IMAGES[:2] + 1, labels=LABELS[:2])
    assert len(datasets["Idx"](folder).load()) == 5
    assert len(datasets["Idx"](folder, "t10k").load()) == 2
    both = datasets["Idx"](folder, "all").load()
    assert both.features[:, 0].tolist() == [0, 6, 12, 18, 24, 1, 7]
    assert both.targets.tolist() == [1, 0, 1, 0, 2, 1, 0]


@pytest.mark.parametrize(("code", "dtype"), [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
def test_every_type_of_the_format_is_read(tmp_path, code, dtype):
    array = np.array([[1, 2], [100, 0]], dtype)
    (tmp_path / "a").write_bytes(idx(array, code))
    assert read_idx(tmp_path / "a").tolist() == array.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an IDX file, which begins with 0 0"),
        (b"hello", "expected an IDX file, which begins with 0 0"),
        (bytes([0, 0, 8, 3, 0, 0]), "expected an IDX file, which begins with 0 0"),
        (bytes([0, 0, 99, 1, 0, 0, 0, 1, 0]), "expected an IDX file, which begins with 0 0"),
        (idx(IMAGES)[:-1], r"expected 46 bytes for \(5, 2, 3\), received 45"),
        (idx(IMAGES) + b"x", r"expected 46 bytes for \(5, 2, 3\), received 47"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_none_is_an_error(tmp_path, content, message, packed):
    name = "a.gz" if packed else "a"
    (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=f"{name}: {message}"):
        read_idx(tmp_path / name)


def test_a_damaged_gzip_file_is_an_error(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx(IMAGES))[:-9])
    with pytest.raises(DataError, match="a.gz: expected an IDX file that can be read"):
        read_idx(tmp_path / "a.gz")


def test_images_without_labels_are_an_error(mnist, tmp_path):
    folder = mnist()
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="expected a file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz"):
        datasets["Idx"](folder).load()


def test_labels_that_do_not_fit_the_images_are_an_error(mnist):
    with pytest.raises(DataError, match=r"train: expected images .* received \(5, 2, 3\) and \(4,\)"):
        datasets["Idx"](mnist(labels=LABELS[:4])).load()


@pytest.mark.parametrize("place", range(12, 30))
def test_a_gzip_file_with_a_byte_changed_is_an_error_or_the_same_numbers(tmp_path, place):
    content = bytearray(gzip.compress(idx(IMAGES)))
    content[place] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.gz: expected"):
        read_idx(tmp_path / "a.gz")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (bytes([0, 0, 8, 1, 0, 0, 0, 9]), r"expected 17 bytes for \(9,\), received 18"),
        (bytes([0, 0, 8, 2, *[255] * 8]), "expected an array of a size that its file may have"),
        (bytes([0, 0, 8, 255, *[255] * 1020]), "expected an array of 32 dimensions at most, received 255"),
    ],
)
def test_a_bomb_is_refused_by_its_header(tmp_path, header, message):
    with gzip.open(tmp_path / "bomb.gz", "wb") as file:
        file.write(header)
        for _ in range(64):
            file.write(bytes(2**20))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=rf"bomb\.gz: {message}"):
            read_idx(tmp_path / "bomb.gz")
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()
