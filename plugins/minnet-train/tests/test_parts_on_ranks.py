"""Data in parts on several ranks: the same bits, and no rank reads what another one has read for all."""

from __future__ import annotations

import ast
import shutil
import threading
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from minnet_test_support import plus
from minnet_test_support.thread_ranks import ThreadRanks, together
from minnet_train import DataError, ExperimentFile, RanksError
from minnet_train.data.tables.typed_files import ParquetFile
from minnet_train.metrics import Accuracy
from minnet_train.runs import Run
from minnet_train.training.evaluate import evaluate_samples

EXPERIMENT = """
epochs = 2
batch_size = 32
shards = 8
model = [{{ class = "Linear", n_in = 3, n_out = 2 }}, {{ class = "BatchNormalization" }}, {{ class = "LogSoftMax" }}]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "Adam", lr = 0.01 }}

[data]
source = {source}
{validation}
standardize = true
shuffle_block = 40
"""

PARQUET = '{ class = "Parquet", path = "part-*.parquet", in_memory = false }'
NPY = '{ class = "Npy", path = "part-*.npy" }'


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("part-0", "part-1", "part-2", "other"):
        features = rng.normal(size=(200, 3)).astype(np.float32)
        label = (features.sum(axis=1) > 0).astype(np.int64)
        np.save(f"{name}.npy", features)
        np.save(f"{name}_targets.npy", label)
        columns = {**dict(zip("abc", features.T, strict=True)), "label": label}
        parquet.write_table(pyarrow.table(columns), f"{name}.parquet", row_group_size=20)


@pytest.fixture(autouse=True)
def _headers_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 raises SystemError now and then if two threads, which ranks are here alone, parse at a time."""
    lock, parse = threading.Lock(), ast.literal_eval

    def parse_alone(text):
        with lock:
            return parse(text)

    monkeypatch.setattr(ast, "literal_eval", parse_alone)


def write(source: str, validation: str = "") -> None:
    Path("parts.toml").write_text(EXPERIMENT.format(source=source, validation=validation))


def prepared(ranks: ThreadRanks) -> Run:
    if ranks.rank:
        run = Run.follow(ranks)
        assert run is not None
        return run
    return Run.prepare(ExperimentFile.read("parts.toml").experiment(), ranks=ranks)


def trained(ranks: ThreadRanks) -> tuple[Run, list[dict[str, object]]]:
    run = prepared(ranks)
    reports = [report.as_dict() for report in run.epochs()]
    return run, [{name: value for name, value in each.items() if "second" not in name} for each in reports]


@pytest.mark.parametrize("validation", ["", 'validation = "other.{suffix}"'])
@pytest.mark.parametrize(("source", "suffix"), [(PARQUET, "parquet"), (NPY, "npy")])
def test_the_bits_are_the_same_on_any_number_of_ranks(source, suffix, validation):
    write(source, validation.format(suffix=suffix))
    (alone, reports), *_ = together(1, trained)
    for size in (2, 3):
        for run, theirs in together(size, trained):
            assert theirs == reports
            assert (run.preparation, run.fingerprints) == (alone.preparation, alone.fingerprints)
            for name, array in alone.model.namedParameters().items():
                assert array.tobytes() == run.model.namedParameters()[name].tobytes()


def test_columns_for_several_inputs_are_divided_too(monkeypatch):
    pytest.importorskip("minnet_tables", reason="an input of one column is taken out by Narrow")
    write(PARQUET, 'inputs = { left = ["a", "b"], right = "c" }')
    text = Path("parts.toml").read_text()
    one = '{ class = "Linear", n_in = 3, n_out = 2 }'
    two = """
    { class = "Linear", n_in = 2, n_out = 2, inputs = "left", name = "of_left" },
    { class = "Linear", n_in = 1, n_out = 2, inputs = "right", name = "of_right" },
    { class = "plus.py:Plus", inputs = ["of_left", "of_right"], name = "sum" }"""
    assert one in text
    shutil.copy(plus.__file__, "plus.py")
    Path("parts.toml").write_text('imports = ["plus.py"]\n' + text.replace(one, two))
    (alone, reports), *_ = together(1, trained)
    for run, theirs in together(3, trained):
        assert theirs == reports
        assert run.preparation == alone.preparation
    groups, before = list[int | None](), ParquetFile._read

    def noted(self, columns, group=None):
        groups.append(group)
        return before(self, columns, group)

    monkeypatch.setattr(ParquetFile, "_read", noted)
    together(3, prepared)
    assert groups
    assert None not in groups, "nobody reads a whole file"


@pytest.mark.parametrize(
    "validation", ["", 'validation = { class = "Parquet", path = "other.parquet", in_memory = false }']
)
def test_rank_0_reads_all_row_groups_before_the_first_epoch_and_the_others_measure_their_part(validation, monkeypatch):
    write(PARQUET, validation)
    first, second, third = together(3, prepared)
    assert first.dataset.features.kept.reads >= 30
    for other in (second, third):
        assert other.dataset.features.kept.reads <= 1  # to see whether the model fits: so few rows are one part
    monkeypatch.setattr("minnet_train.data.memory_map.CHUNK", 20 * 3 * 8)
    (alone,) = together(1, prepared)
    first, second, third = together(3, prepared)
    for rank in (first, second, third):
        assert rank.preparation == alone.preparation
    assert 30 <= first.dataset.features.kept.reads <= 33
    for other in (second, third):
        assert 12 <= other.dataset.features.kept.reads <= 19


@pytest.mark.parametrize("source", [PARQUET, NPY])
@pytest.mark.parametrize("empty", [0, 30, 200, 599])
def test_means_and_deviations_have_the_bits_of_one_rank(source, empty, monkeypatch):
    """Even if a column has no value in the first rows, to which others are relative."""
    for part in range(3):
        features, labels = np.load(f"part-{part}.npy").astype(np.float64), np.load(f"part-{part}_targets.npy")
        features[: max(0, empty - 200 * part), 1] = np.nan
        np.save(f"part-{part}.npy", features * np.array([1.0, 1e3, 1e-3]) + 1e5)
        columns = {**dict(zip("abc", features.T, strict=True)), "label": labels}
        parquet.write_table(pyarrow.table(columns), f"part-{part}.parquet", row_group_size=20)
    write(source, 'missing = "mean"')
    monkeypatch.setattr("minnet_train.data.memory_map.CHUNK", 16 * 3 * 8)
    (alone,) = together(1, prepared)
    for size in (2, 3, 4):
        for run in together(size, prepared):
            assert run.preparation == alone.preparation
            assert run.fingerprints == alone.fingerprints


def test_each_rank_validates_on_row_groups_of_its_own(monkeypatch):
    """It would read all of them if ranks took turns with small chunks."""
    monkeypatch.setattr("minnet_train.training.evaluate.CHUNK", 8)
    write(PARQUET, 'validation = { class = "Parquet", path = "other.parquet", in_memory = false }')

    def validated(ranks: ThreadRanks) -> tuple[int, float]:
        run = prepared(ranks)
        kept = run.validation.inputs.raw.kept
        kept.limit = 1  # two groups, in effect
        kept.forget()
        before = kept.reads
        loss, _ = evaluate_samples(run.model, run.criterion, run.validation, [Accuracy()], ranks=ranks)
        return kept.reads - before, loss

    ((whole, loss),) = together(1, validated)
    assert whole >= 10
    for reads, theirs in together(2, validated):
        assert theirs == loss
        assert reads <= 6


@pytest.mark.parametrize(
    ("source", "suffix", "message"),
    [
        (NPY, "npy", "data as on rank 0, outline .*, received outline"),  # for each rank has targets of its own
        (PARQUET, "parquet", "files as on rank 0, part-2.parquet of .*, received other.parquet of"),
    ],
)
def test_parts_that_another_rank_has_otherwise_are_refused(source, suffix, message, monkeypatch):
    """Which it can tell without reading features."""
    write(source)
    before = Run._prepared

    def with_other_data(order, ranks, *others):
        if ranks.rank == 1:
            order.experiment.data.source["path"] = [f"{name}.{suffix}" for name in ("part-0", "part-1", "other")]
        return before(order, ranks, *others)

    monkeypatch.setattr(Run, "_prepared", with_other_data)
    with pytest.raises(RanksError, match=f"^rank 1 of 3: expected the same {message}"):
        together(3, prepared)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_only_rank_0_finds_in_the_rows_is_its_error(value, monkeypatch):
    monkeypatch.setattr("minnet_train.data.memory_map.CHUNK", 20 * 3 * 4)
    features = np.load("part-1.npy")
    features[7:9, 1] = value
    np.save("part-1.npy", features)
    write(NPY)
    with pytest.raises(DataError, match="part-"):
        together(3, prepared)


@pytest.mark.parametrize("source", [NPY, PARQUET])
@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_rank_that_cannot_go_on_ends_all_whatever_the_others_wait_for(source, failing, is_late, monkeypatch):
    """Early, the others wait for what it has found in its rows; late, for what rank 0 has found in all of them."""
    write(source)
    before = Run._prepared

    def without_data(order, ranks, *others):
        if ranks.rank != failing or is_late:
            run = before(order, ranks, *others)
        if ranks.rank == failing:
            raise DataError("no such file")
        return run

    monkeypatch.setattr(Run, "_prepared", without_data)
    error, told = (RanksError, "rank 1 of 3: DataError: ") if failing else (DataError, "")
    with pytest.raises(error, match=f"^{told}no such file"):
        together(3, prepared)


def test_what_is_wrong_with_a_cell_is_told_by_rank_0_as_by_one_rank():
    table = parquet.read_table("part-1.parquet")
    values = table["b"].to_pylist()
    values[77] = float("inf")
    parquet.write_table(table.set_column(1, "b", pyarrow.array(values)), "part-1.parquet", row_group_size=20)
    write(PARQUET)
    told = []
    for size in (1, 3):
        with pytest.raises(DataError) as caught:
            together(size, prepared)
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert told[0].startswith("part-*.parquet, row 78 of part-1.parquet, column 2 ('b'): expected a finite float32")
