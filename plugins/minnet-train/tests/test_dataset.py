from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_train import DataError, Dataset, Origin

DATA = Dataset("t", np.array([[2, 4], [6, 8], [10, 12]], np.float32), np.array([1, 0, 1]), ("x", "y"))
NUMBERS = Dataset("n", np.zeros((3, 2)), np.zeros((3, 1)))


def test_classes_make_the_task():
    assert (DATA.task, NUMBERS.task, len(DATA)) == ("classification", "regression", 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"features": np.zeros(3)},
            r"t: expected features, real numbers \(rows, columns\) .*, received float64 \(3,\)",
        ),
        ({"features": np.zeros((0, 2))}, r"expected features, real numbers \(rows, columns\) with at least one row"),
        ({"features": np.zeros((3, 2), complex)}, r"expected features, real numbers .* received complex128"),
        ({"features": np.array([["a"]] * 3)}, r"expected features, real numbers .* received <U1"),
        (
            {"targets": np.zeros(2, int)},
            r"expected targets of a classification, integers \(3,\), received int64 \(2,\)",
        ),
        ({"targets": np.zeros(3)}, r"expected targets of a classification, integers \(3,\), received float64 \(3,\)"),
        ({"targets": np.array([0, 1, 2])}, r"expected targets from 0 to 1, indices of its classes, received 0 to 2"),
        ({"targets": np.array([0, -1, 1])}, r"expected targets from 0 to 1, .* received -1 to 1"),
        ({"classes": ()}, r"expected targets of a regression, numbers \(3, outputs\), received int64 \(3,\)"),
        ({"columns": ("a",)}, r"expected 2 different names of columns, received \('a',\)"),
        ({"columns": ("a", "a")}, r"expected 2 different names of columns"),
        ({"categories": ((),)}, r"expected categories of 2 columns, received 1"),
        ({"weights": np.ones(2)}, r"expected weights \(3,\), received float64 \(2,\)"),
    ],
)
def test_what_does_not_fit_together_is_an_error(change, message):
    with pytest.raises(DataError, match=message):
        evolve(DATA, **change)


def test_outputs_are_as_many_as_targets():
    with pytest.raises(DataError, match="n: expected 1 different names of outputs"):
        evolve(NUMBERS, outputs=("a", "b"))


def test_a_fingerprint_tells_other_contents():
    same = [DATA, evolve(DATA, name="another"), evolve(DATA, features=np.asfortranarray(DATA.features))]
    assert len({data.fingerprint() for data in same}) == 1
    others = [
        evolve(DATA, features=DATA.features + 1),
        evolve(DATA, features=DATA.features[:, ::-1]),
        evolve(DATA, targets=np.array([0, 1, 1])),
        evolve(DATA, classes=("x", "z")),
        evolve(DATA, weights=np.ones(3)),
        evolve(DATA, categories=((), ("a", "b"))),
    ]
    assert len({data.fingerprint() for data in (DATA, *others)}) == 7


def test_a_fingerprint_is_the_same_in_every_byte_order():
    assert evolve(DATA, features=DATA.features.astype(">f4")).fingerprint() == DATA.fingerprint()


def test_a_fingerprint_of_a_file_is_that_of_its_contents(tmp_path, monkeypatch):
    monkeypatch.setattr("minnet_train.data.memory_map.CHUNK", 64)  # so that it is read in many parts
    features = np.random.default_rng(0).random((100, 3))
    np.save(tmp_path / "f.npy", features)
    data = Dataset("t", features, np.zeros((100, 1)))
    mapped = evolve(data, features=np.load(tmp_path / "f.npy", mmap_mode="r"))
    assert mapped.fingerprint() == data.fingerprint()


def test_a_place_is_told_as_it_is_in_the_file():
    assert DATA.where(1) == "row 2"
    assert DATA.where(1, 0) == "row 2, column 1"
    placed = evolve(DATA, origin=Origin(np.array([2, 4, 7]), (3, 5)), columns=("a", "b"))
    assert placed.where(2, 1) == "line 7, column 6 ('b')"


def test_lists_are_taken_for_arrays():
    data = Dataset("lists", [[1, 2], [3, 4]], [1, 0], ["no", "yes"], weights=[1, 2])
    assert (data.features.shape, data.targets.tolist(), data.classes) == ((2, 2), [1, 0], ("no", "yes"))
    assert data.weights.tolist() == [1, 2]
    with pytest.raises(
        DataError, match=r"lists: expected features, real numbers \(rows, columns\).* received int64 \(2,\)"
    ):
        Dataset("lists", [1, 2], [1, 0], ["no", "yes"])
