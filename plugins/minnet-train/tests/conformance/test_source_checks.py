"""The checks of sources: each kills the mutants that name it and nothing else does, and right sources pass them all."""

import os

import numpy as np
import pytest

from minnet_core import Example
from minnet_core.testing import cases_of, check_component, examine
from minnet_train import Dataset, Source, datasets
from minnet_train.conformance import CHECKS, SOURCE


class Waves(Source):
    """Noise on a wave: a regression."""

    def __init__(self, n=40, rng=0):
        self.n, self.rng = n, rng

    def load(self):
        rng = np.random.default_rng(self.rng)
        x = rng.uniform(-3, 3, (self.n, 2))
        return Dataset("waves", x, np.sin(x[:, :1]) + 0.1 * rng.standard_normal((self.n, 1)))


class Weighted(Source):
    """Classes that are texts, and weights; a missing feature."""

    def load(self):
        features = np.arange(12.0).reshape(6, 2)
        features[2, 1] = np.nan
        return Dataset("weighted", features, [0, 1, 0, 1, 1, 0], ("a", "b"), ("x", "y"), weights=np.ones(6))


class Mapped(Source):
    """A file that is mapped, and never read whole."""

    PATHS = ("path",)
    EXAMPLES = (Example(arguments={"path": "numbers.npy"}, rejected_arguments=[{"path": None}]),)

    def __init__(self, path):
        self.path = os.fspath(path)

    @classmethod
    def write_example(cls, folder):
        np.save(folder / "numbers.npy", np.random.default_rng(1).standard_normal((30, 4)).astype(np.float32))

    def load(self):
        rows = np.load(self.path, mmap_mode="r")
        return Dataset(self.path, rows[:, :3], np.asarray(rows[:, 3:]))


class Single(Source):
    def load(self):
        return Dataset("one", [[1, 2]], [0], (7,))


RIGHT = (Waves, Weighted, Mapped, Single)


class GivesAPair(Waves):
    def load(self):
        dataset = super().load()
        return dataset.features, dataset.targets


class HasNoName(Waves):
    def load(self):
        dataset = super().load()
        return Dataset("", dataset.features, dataset.targets)


class DrawsOn(Waves):
    def __init__(self, n=40, rng=0):
        super().__init__(n, np.random.default_rng(rng))


class IsNotSeeded(Waves):
    def load(self):
        self.rng = int.from_bytes(os.urandom(4), "little")
        return super().load()


class ClassesInAnyOrder(Weighted):
    turn = 0

    def load(self):
        ClassesInAnyOrder.turn += 1
        dataset = super().load()
        return Dataset("weighted", dataset.features, dataset.targets, ("a", f"b{self.turn}"), weights=dataset.weights)


class Longer(Dataset):
    def __len__(self):
        return len(self.features) + 1


class CountsAHeader(Waves):
    def load(self):
        dataset = super().load()
        return Longer("waves", dataset.features, dataset.targets)


class Backwards(np.ndarray):
    """Rows that are asked for one by one are those of the row before."""

    def __getitem__(self, index):
        rows = np.asarray(self)
        return rows[index - 1] if isinstance(index, int) and index < len(rows) else rows[index]


class ByIndexAndByRange(Waves):
    def load(self):
        dataset = super().load()
        return Dataset("waves", dataset.features.view(Backwards), dataset.targets)


class Missing(Waves):
    def load(self):
        dataset = super().load()
        targets = dataset.targets.copy()
        targets[3] = np.nan
        return Dataset("waves", dataset.features, targets)


class LosesItsSeed(Waves):
    def __getstate__(self):
        return {**vars(self), "rng": self.rng + 1}


class Unpicklable(Waves):
    def __init__(self, n=40, rng=0):
        super().__init__(n, rng)
        self.log = lambda text: None

    def __deepcopy__(self, memo):
        return type(self)(self.n, self.rng)


class Cached(Waves):
    cache = {}

    def load(self):
        if self.rng not in self.cache:
            self.cache[self.rng] = super().load()
        dataset = self.cache[self.rng]
        return Dataset("waves", dataset.features, dataset.targets)


class Seeds(Waves):
    def load(self):
        np.random.seed(self.rng)
        x = np.random.uniform(-3, 3, (self.n, 2))
        return Dataset("waves", x, np.sin(x[:, :1]))


WRONG = [
    (GivesAPair, "source_loads"),
    (HasNoName, "source_loads"),
    (DrawsOn, "loads_are_the_same"),
    (IsNotSeeded, "loads_are_the_same"),
    (ClassesInAnyOrder, "loads_are_the_same"),
    (CountsAHeader, "length_is_that_of_the_rows"),
    (ByIndexAndByRange, "rows_are_the_same_by_index_and_by_range"),
    (Missing, "targets_are_finite"),
    (LosesItsSeed, "pickling_gives_an_equal_source"),
    (Unpicklable, "pickling_gives_an_equal_source"),
    (Cached, "loads_share_no_memory"),
    (Seeds, "global_generators_are_left_alone"),
]

LIBRARIES = {"Sklearn": "sklearn", **dict.fromkeys(["Csv", "Feather", "JsonLines", "Parquet"], "pyarrow")}
"""What some of ours need."""

WEAK = (Unpicklable, Cached, Seeds)
"""Whose rows are right."""


@pytest.mark.parametrize("cls", RIGHT)
@pytest.mark.parametrize("seed", range(5))
def test_a_right_source_is_not_blamed(cls, seed):
    for report in check_component(cls, strict=True, seed=seed):
        assert report.count("passed") > 8


@pytest.mark.parametrize(("cls", "killer"), WRONG)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_source_is_killed_by_its_check_and_by_no_other(cls, killer, seed):
    (report,) = (examine(case) for case in cases_of(cls, seed=seed))
    assert [result.check for result in report.findings] == [killer]
    assert [result.check for result in report.weaknesses] == ([killer] if cls in WEAK else [])


def test_every_check_of_sources_kills_one():
    assert {check.name for check in CHECKS if SOURCE.name in check.of} == {killer for _, killer in WRONG}


@pytest.mark.parametrize("name", list(datasets))
def test_ours_pass(name):
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name])
    for report in check_component(f"minnet-train:{name}", strict=True):
        assert report.count("passed") > 8, report


def test_a_source_of_a_file_may_be_checked_with_a_file_of_ones_own(tmp_path):
    rows = np.random.default_rng(2).standard_normal((9, 4))
    np.save(tmp_path / "mine.npy", rows)
    (report,) = check_component(Mapped, arguments={"path": str(tmp_path / "mine.npy")})
    assert report.count("passed") > 8


def test_a_source_that_needs_arguments_and_names_none_is_told_so():
    class Needs(Waves):
        def __init__(self, path):
            super().__init__()

    with pytest.raises(
        ValueError, match=r"Needs: expected EXAMPLES on the class, or its path \(arguments=, --args\), received neither"
    ):
        cases_of(Needs)


def test_a_library_that_is_missing_is_no_fault(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    for report in check_component("minnet-train:Sklearn"):
        assert report.count("failed") == 0
        assert "scikit" in next(r.message for r in report if r.check == "source_loads").replace("sklearn", "scikit")
