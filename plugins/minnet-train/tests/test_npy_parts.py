from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import DataConfig, DataError, LearningData, datasets
from minnet_train.data import PartedRows, StoredRows, parted_rows, written_out
from minnet_train.data.raw_rows import RawRows
from minnet_train.data.tables import Columns

SIZES = (5, 1, 7)
FEATURES = np.random.default_rng(0).normal(size=(sum(SIZES), 3)).astype(np.float32)
LABELS = np.array(["a", "bc", "a", "a", "bc", "bc", "a", "bc", "a", "a", "bc", "a", "bc"])


def write(array, name="part-{}.npy", sizes=SIZES):
    for index, part in enumerate(np.split(array, np.cumsum(sizes)[:-1])):
        np.save(name.format(index), part)


@pytest.fixture
def parts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(FEATURES)
    write(LABELS, "part-{}_targets.npy")
    np.save("whole.npy", FEATURES)
    np.save("whole_targets.npy", LABELS)
    return tmp_path


def load(*args, **kwargs):
    return datasets["Npy"](*args, **kwargs).load()


def test_parts_are_the_data_that_one_file_of_all_is(parts):
    data, whole = load("part-*.npy"), load("whole.npy")
    assert isinstance(data.features, StoredRows)
    assert data.name == "part-*.npy"
    assert np.array_equal(data.features, whole.features)
    assert (data.classes, data.targets.tolist()) == (whole.classes, whole.targets.tolist())
    assert data.fingerprint() == whole.fingerprint()
    assert written_out("part-*.npy") == {"class": "minnet-train:Npy", "path": "part-*.npy"}


@settings(deadline=None)
@given(rows=st.lists(st.integers(-13, 12), max_size=20), most=st.sampled_from([1, 2, 64]), data=st.data())
def test_rows_are_those_that_are_asked_for_however_few_files_are_open(tmp_path_factory, rows, most, data):
    folder = tmp_path_factory.mktemp("any")
    write(FEATURES, str(folder / "{}.npy"))
    features = load(str(folder / "*.npy")).features
    assert features[rows].tolist() == FEATURES[rows].tolist()
    index = data.draw(st.slices(13))
    before = parted_rows.MOST_OPEN
    parted_rows.MOST_OPEN = most
    try:
        assert np.array_equal(features[index], FEATURES[index])
        assert np.array_equal(features[:, [2, 0]], FEATURES[:, [2, 0]])
    finally:
        parted_rows.MOST_OPEN = before
    assert len(features._open) <= 64


def test_rows_are_indexed_as_those_of_an_array(parts):
    features = load("part-*.npy").features
    assert features[3].tolist() == features[3, :].tolist() == FEATURES[3].tolist()
    assert features[FEATURES[:, 0] > 0].tolist() == FEATURES[FEATURES[:, 0] > 0].tolist()
    assert np.array_equal([*features], FEATURES)
    assert (features.shape, features.ndim, features.dtype, features.nbytes) == ((13, 3), 2, np.float32, 156)
    for index in (13, -14, [0, 13]):
        with pytest.raises(IndexError, match="expected indices of 13 rows, received"):
            features[index]
    with pytest.raises(IndexError, match="expected integers as indices of rows, received float64"):
        features[np.array([1.5])]


def test_images_and_targets_of_several_numbers_stay_in_their_files(parts):
    images = np.arange(13 * 12, dtype=np.uint8).reshape(13, 3, 4)
    write(images, "i{}.npy")
    write(FEATURES, "t{}.npy")
    data = load("i*.npy", "t*.npy", images=True)
    assert isinstance(data.targets, StoredRows)
    assert (data.image.shape, data.features.shape) == ((1, 3, 4), (13, 12))
    learned = LearningData.of(data, DataConfig(source="i*.npy", standardize_targets=True), 0)
    np.save("i.npy", images)
    np.save("t.npy", FEATURES)
    expected = LearningData.of(
        load("i.npy", "t.npy", images=True), DataConfig(source="i.npy", standardize_targets=True), 0
    )
    for received, wanted in zip(learned.training.batch([3, 1, 4]), expected.training.batch([3, 1, 4]), strict=True):
        assert np.array_equal(received, wanted)


def test_npz_files_are_parts_too(parts):
    for index, part in enumerate(np.split(np.arange(13), np.cumsum(SIZES)[:-1])):
        np.savez(f"{index}.npz", x=FEATURES[part], y=LABELS[part])
    data = load("[0-9].npz")
    assert data.fingerprint() == load("whole.npy").fingerprint()
    np.savez("1.npz", x=FEATURES[5:6])
    with pytest.raises(DataError, match=r"1.npz: expected targets in it under targets, y, .* as 0.npz has some"):
        load("[0-9].npz")


def test_lists_name_parts_too_and_targets_may_be_a_pattern(parts):
    write(LABELS, "labels-{}.npy")
    data = load(["part-0.npy", "part-[12].npy"], "labels-*.npy")
    assert data.name == "part-0.npy, part-1.npy, part-2.npy"
    assert data.targets.tolist() == load("whole.npy").targets.tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda: np.save("part-1.npy", np.zeros((1, 4), np.float32)),
            r"part-1.npy: expected float32 \(rows, 3\), as in part-0.npy, received float32 \(rows, 4\)",
        ),
        (
            lambda: np.save("part-2.npy", np.zeros((7, 3))),
            r"part-2.npy: expected float32 \(rows, 3\), as in part-0.npy, received float64 \(rows, 3\)",
        ),
        (
            lambda: os.remove("part-1_targets.npy"),
            "part-1.npy: expected targets in part-1_targets.npy, as part-0.npy has some, received none",
        ),
        (
            lambda: np.save("part-1_targets.npy", LABELS[:2]),
            r"part-1_targets.npy: expected targets of the 1 rows of part-1.npy, received <U2 \(2,\)",
        ),
        (
            lambda: np.save("part-1_targets.npy", np.zeros(1)),
            r"part-1_targets.npy: expected <U2 \(rows\), as in part-0_targets.npy, received float64 \(rows\)",
        ),
        (
            lambda: os.truncate("part-2.npy", 140),
            "part-2.npy: expected .*NPY",
        ),
        (lambda: Path("part-2.npy").write_text("x"), "part-2.npy: expected an array of numbers in an NPY file"),
    ],
)
def test_a_part_that_does_not_fit_is_named(parts, wrong, message):
    wrong()
    with pytest.raises(DataError, match=message):
        load("part-*.npy")


def test_a_pattern_of_no_file_and_too_few_targets_are_errors(parts):
    with pytest.raises(DataError, match=r"other-\*.npy: expected files whose names have this form, received none"):
        load("other-*.npy")
    with pytest.raises(
        DataError, match="whole_targets.npy: expected a file of targets for each of 3 files of features"
    ):
        load("part-*.npy", "whole_targets.npy")
    with pytest.raises(ValueError, match="expected the path of a file, or a list of them, received 3"):
        load(3)


@pytest.mark.parametrize(
    "change",
    [
        lambda: os.truncate("part-2.npy", os.path.getsize("part-2.npy") - 4),
        lambda: np.save("part-2.npy", np.zeros((7, 3), np.float32)),
        lambda: os.utime("part-2.npy", ns=(0, 0)),
        lambda: (np.save("new.npy", np.zeros((7, 3), np.float32)), os.replace("new.npy", "part-2.npy")),
    ],
)
def test_a_part_that_is_changed_before_it_is_read_is_an_error(parts, change):
    features = load("part-*.npy").features
    change()
    assert features[:6].tolist() == FEATURES[:6].tolist()
    with pytest.raises(DataError, match="part-2.npy: expected the file as it was when it was opened, .* written to"):
        features[6]


def test_a_part_that_is_changed_between_epochs_is_an_error_and_one_that_is_replaced_stays_the_old_one(parts):
    features = load("part-*.npy").features
    assert features[6:].tolist() == FEATURES[6:].tolist()
    np.save("new.npy", np.zeros((7, 3), np.float32))
    os.replace("new.npy", "part-2.npy")
    assert features[6:].tolist() == FEATURES[6:].tolist()
    assert features[:5].tolist() == FEATURES[:5].tolist()
    with open("part-0.npy", "r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"abcd")
    with pytest.raises(DataError, match="part-0.npy: expected the file as it was"):
        features[0]


def test_predictions_are_of_all_parts(parts):
    columns = Columns(3)
    rows = RawRows.open("part-*.npy", columns, may_be_missing=False)
    assert np.concatenate(list(rows)).tolist() == FEATURES.tolist()
    np.save("part-1.npy", np.full((1, 3), np.nan, np.float32))
    with pytest.raises(DataError, match=r"part-\*.npy, row 6, column 1: expected a finite float32 number"):
        list(RawRows.open("part-*.npy", columns, may_be_missing=False))


def test_blocks_are_an_integer(parts):
    with pytest.raises(ValueError, match="expected an integer of at least 0, received -1"):
        DataConfig(source="whole.npy", shuffle_block=-1)


@pytest.mark.parametrize("block", [0, 2, 5, None])
def test_the_order_is_the_same_in_parts_in_one_file_and_in_memory(parts, block):
    config = DataConfig(source="part-*.npy", shuffle_block=block, validation_fraction=0)
    memory = datasets["Npy"]("whole.npy").load()
    memory = type(memory)("memory", np.array(memory.features), memory.targets, memory.classes)
    found = [LearningData.of(each, config, 0).training for each in (load("part-*.npy"), load("whole.npy"), memory)]
    kinds = [type(samples.inputs.raw) for samples in found[:2]]
    assert kinds == [PartedRows, PartedRows if block else np.memmap]  # blocks of one file are read at once, too
    marks = {samples.blocks.mark if samples.blocks else None for samples in found}
    assert len(marks) == 1
    assert (None in marks) == (block in (0, None))
    batches = [samples.batch([4, 0, 2]) for samples in found]
    for inputs, targets in batches[1:]:
        assert np.array_equal(inputs, batches[0][0])
        assert np.array_equal(targets, batches[0][1])


def test_several_files_that_are_large_are_shuffled_by_blocks_and_that_is_said(parts, monkeypatch):
    monkeypatch.setattr("minnet_train.data.blocks.LARGE", 100)
    monkeypatch.setattr("minnet_train.data.blocks.USUAL", 4)
    config = DataConfig(source="part-*.npy", validation_fraction=0)
    learned = LearningData.of(load("part-*.npy"), config, 0)
    assert learned.training.blocks.count == len(learned.training)
    assert learned.dataset.notes == (
        "part-*.npy: rows are shuffled by blocks of 4 rows or so, 4 of 4 at a time, as files are read; "
        "shuffle_block = 0 shuffles all",
    )
    assert LearningData.of(load("whole.npy"), config, 0).training.blocks is None


def test_images_may_be_in_parts_of_which_some_have_none(parts):
    images = np.random.default_rng(0).integers(0, 255, (13, 4, 5), np.uint8)
    write(images, "image-{}.npy", (5, 0, 8))
    write(LABELS, "image-{}_targets.npy", (5, 0, 8))
    data = load("image-*.npy")
    np.testing.assert_array_equal(data.features[:], images.reshape(13, 20))
