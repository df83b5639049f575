"""What `minnet init` makes of columns, and its options about them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from minnet_core import MinnetError
from minnet_train import Run, load_predictor, read_experiment
from minnet_train.commands.init import init
from minnet_train.commands.predict import predict
from minnet_train.experiment import LearningData

pytest.importorskip("pyarrow")

ROWS = 400


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path="t.csv", header=True, **columns):
    lines = [",".join(map(str, cells)) for cells in zip(*columns.values(), strict=True)]
    Path(path).write_text("\n".join([",".join(columns)] * header + lines) + "\n")


def said(*arguments: str) -> str:
    return CliRunner().invoke(init, ("t.toml", "--force", *arguments), catch_exceptions=False).output


def option(name):
    return read_experiment("t.toml").data.option(name, None)


SHUFFLED = random.Random(0).sample(range(5000, 9000), ROWS)
X = [row % 13 / 4 for row in range(ROWS)]
Y = [row % 7 / 3 for row in range(ROWS)]


@pytest.mark.parametrize("name", ["id", "ID", "customer_id", "PassengerId", "index", "Row", "order number"])
@pytest.mark.parametrize("values", [range(ROWS), SHUFFLED])
def test_whole_numbers_of_which_none_is_twice_are_no_feature_if_they_are_called_so(name, values):
    write(**{name: values, "x": X, "y": Y})
    assert f"note: ignore = [\"{name}\"]: column 1 ('{name}') has another whole number in each row; remove" in said(
        "--data", "t.csv"
    )
    assert option("ignore") == [name]
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.columns == ("x",)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("paid", range(ROWS)),
        ("width", SHUFFLED),
        ("id", [row % 50 for row in range(ROWS)]),
        ("id", [row + 0.5 for row in range(ROWS)]),
        ("town", ["ab"[row % 2] for row in range(ROWS)]),
        ("town", [f"t{row % 90}" for row in range(ROWS)]),
        ("day", [f"2024-{1 + row // 28 % 12:02}-{1 + row % 28:02}" for row in range(ROWS)]),
    ],
)
def test_what_may_tell_something_stays(name, values):
    write(**{name: values, "x": X, "y": Y})
    assert "note" not in said("--data", "t.csv")
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.columns == (name, "x")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([f"n{row}" for row in range(ROWS)], "has 400 different texts in 400 rows"),
        ([f"n{row % 150}" for row in range(ROWS)], "has 150 different texts, none of them in more than 3 rows"),
        ([f"A{row}" if row % 3 else row for row in range(ROWS)], "has 400 different texts in 400 rows"),
    ],
)
def test_texts_that_name_rows_are_no_feature(values, why):
    write(name=values, x=X, y=Y)
    assert f"note: ignore = [\"name\"]: column 1 ('name') {why}; remove it from ignore to keep it" in said(
        "--data", "t.csv"
    )
    assert option("ignore") == ["name"]
    assert option("categories") is None
    Run.prepare(read_experiment("t.toml"))


def test_the_last_feature_is_never_left_out():
    write(id=range(ROWS), y=Y)
    said("--data", "t.csv")
    assert option("ignore") is None
    write(id=[f"n{row}" for row in range(ROWS)], y=Y)
    with pytest.raises(MinnetError, match="expected a feature; column 1 .* has 400 different texts in 400 rows"):
        said("--data", "t.csv")


def test_texts_of_many_values_are_limited_to_the_commonest():
    towns = [f"t{min(row % 20, row)}" if row % 2 else f"rare{row}" for row in range(ROWS)]
    write(town=towns, x=X, y=Y)
    assert "note: max_categories = 100: column 1 ('town') has 210 different texts; the commonest" in said(
        "--data", "t.csv"
    )
    data = LearningData.load(read_experiment("t.toml").data, 0)
    assert (len(data.dataset.categories[0]), data.preparation.width) == (100, 101)
    assert read_experiment("t.toml").model[0]["n_in"] == 101


def test_numbers_and_texts_in_one_column_are_categories_but_few_texts_are_mistakes():
    write(room=[("12", "7", "attic")[row % 3] for row in range(ROWS)], x=X, y=Y)
    assert "note: categories = [\"room\"]: column 1 ('room') has numbers and texts" in said("--data", "t.csv")
    Run.prepare(read_experiment("t.toml"))
    write(room=["attic" if row == 20 else row % 9 for row in range(ROWS)], x=X, y=Y)
    with pytest.raises(
        MinnetError, match=r"line 22, column 1 \('room'\): expected a finite float32 number, received 'attic'"
    ):
        said("--data", "t.csv")


@pytest.mark.parametrize("texts", [("low", "high"), ("<0.5", "<0.5")])
def test_few_texts_among_many_numbers_are_mistakes_though_they_are_often(texts):
    write(x=X, level=[texts[row % 2] if row % 5 == 0 else row / 4 for row in range(ROWS)], y=Y)
    with pytest.raises(MinnetError, match=rf"80 cells .* null_values = .* takes .*\n .* received '{texts[0]}'"):
        said("--data", "t.csv")
    write(x=X, level=[f"{row % 3}A" if row % 5 == 0 else row for row in range(ROWS)], y=Y)
    assert 'categories = ["level"]' in said("--data", "t.csv"), "codes are none"


@pytest.mark.parametrize(
    ("cells", "looks"),
    [
        ([f"{row / 8:.3f} %" for row in range(ROWS)], "percentages"),
        ([f"${row / 8:.3f}" for row in range(ROWS)], "amounts of money"),
        ([f"{row} kg" for row in range(ROWS)], "numbers with the unit 'kg'"),
        ([f"{row % 50 / 2}{'kM'[row % 2]}" for row in range(ROWS)], "numbers with M, k for powers of ten"),
        ([f"'{row}" for row in range(ROWS)], "numbers that a spreadsheet keeps as texts"),
        ([f"{row % 30 + 1}.5D+02" for row in range(ROWS)], "numbers with the exponents of Fortran"),
    ],
)
def test_what_looks_like_numbers_is_not_left_out_for_many_texts(cells, looks):
    write(x=X, p=cells, y=Y)
    with pytest.raises(
        MinnetError, match=rf"column 2 \('p'\): expected numbers, received texts that look like {looks}"
    ):
        said("--data", "t.csv")


@pytest.mark.parametrize("cells", [[f"{row % 4}-" if row % 2 else row % 4 for row in range(ROWS)]])
def test_a_mix_that_looks_like_numbers_is_no_mix_of_categories(cells):
    write(x=X, p=cells, y=Y)
    with pytest.raises(MinnetError, match="negative numbers with the minus sign behind"):
        said("--data", "t.csv")


def test_texts_that_may_be_meant_to_be_one_are_told():
    answers = [("Yes", "yes", "no")[row % 3] for row in range(ROWS)]
    write(x=X, town=[("Bonn", "BONN")[row % 2] for row in range(ROWS)], y=answers)
    told = said("--data", "t.csv")
    assert "note: t.csv: column 'town' has 'BONN' and 'Bonn', which are different texts here" in told
    assert "note: t.csv: the target has 'Yes' and 'yes', which are different texts here" in told
    write(x=X, town=[("Bonn", "Ulm")[row % 2] for row in range(ROWS)], y=[answer.lower() for answer in answers])
    assert "different texts here" not in said("--data", "t.csv")


def test_dates_as_a_target_are_classes_and_that_is_told():
    write(x=X, y=[f"2024-05-{row % 9 + 1:02}" for row in range(ROWS)])
    assert "the target has 9 different dates or times, which are taken for names of classes; --target" in said(
        "--data", "t.csv"
    )


def test_columns_without_names_are_named_by_their_places():
    write(header=False, a=[f"n{row}" for row in range(ROWS)], x=X, y=Y)
    said("--data", "t.csv")
    assert (option("ignore"), option("header")) == ([0], False)
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.features.shape == (ROWS, 1)


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([row % 20 for row in range(ROWS)], "classification"),
        ([row % 100 for row in range(ROWS)], "classification"),
        ([row % 101 for row in range(ROWS)], "regression"),
        ([row % 25 if row else 99 for row in range(ROWS)], "regression"),
        (SHUFFLED, "regression"),
        ([float(row % 3) for row in range(ROWS)], "classification"),
    ],
)
def test_whole_numbers_as_targets_are_classes_if_they_are_few(values, task):
    write(x=X, y=values)
    told = said("--data", "t.csv")
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.task == task
    other = {"regression": "--task regression, or task in", "classification": '"classification" takes them'}
    assert other["classification" if task == "regression" else "regression"] in told
    opposite = "regression" if task == "classification" else "classification"
    write(x=X, y=[row % (130 if task == "regression" else 5) for row in range(ROWS)])
    assert "taken for classes" not in said("--data", "t.csv", "--task", opposite)
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.task == opposite


def test_columns_are_left_out_by_name_or_by_place():
    write(a=X, b=X, c=X, y=Y)
    said("--data", "t.csv", "--ignore", "a", "--ignore", "2")
    assert option("ignore") == ["a", 2]
    assert LearningData.load(read_experiment("t.toml").data, 0).dataset.columns == ("b",)
    with pytest.raises(MinnetError, match="expected one column 'd'"):
        said("--data", "t.csv", "--ignore", "d")
    said("--data", '{ class = "Csv", path = "t.csv", ignore = ["a"] }', "--ignore", "b")
    assert option("ignore") == ["a", "b"]


def test_rows_with_missing_values_are_left_out():
    write(
        x=["" if row == 5 else row for row in X], k=["" if row == 0 else "uv"[row > 2] for row in X], y=["NA", *Y[1:]]
    )
    with pytest.raises(MinnetError, match="the value is missing; drop_missing = true leaves out rows"):
        said("--data", "t.csv")
    said("--data", "t.csv", "--drop-missing")
    data = LearningData.load(read_experiment("t.toml").data, 0).dataset
    whole = [row for row in range(ROWS) if X[row] not in (0, 5) and row]
    assert len(data) == len(whole) < ROWS
    assert data.targets[:, 0].tolist() == pytest.approx([Y[row] for row in whole])
    assert data.where(3) == f"line {whole[3] + 2}"
    assert f"{ROWS - len(whole)} of 400 rows have missing values, and are left out" in data.notes[0]
    assert read_experiment("t.toml").data.missing == "error"


@pytest.mark.parametrize("options", [["--task", "regression"], ["--ignore", "a"], ["--drop-missing"]])
def test_options_about_columns_need_a_table(options):
    refused = CliRunner().invoke(init, ("t.toml", *options))
    assert refused.exit_code == 2
    assert f"expected {options[0]} with --data" in refused.output
    with pytest.raises(
        MinnetError, match=f"expected {options[0].strip('-').replace('-', '_')} only for a table, received Digits"
    ):
        said("--data", "digits", *options)


def test_a_text_that_nobody_has_seen_follows_the_experiment_and_the_option():
    write(k=["uv"[row % 2] for row in range(ROWS)], x=X, y=Y)
    said("--data", "t.csv")
    text = Path("t.toml").read_text()
    write("new.csv", k=["u", "w"], x=[1, 2])

    def predicted(*options):
        CliRunner().invoke(predict, ("t.safetensors", "new.csv", "-o", "out.csv", *options), catch_exceptions=False)
        return Path("out.csv").read_text()

    for unknown in ("error", "ignore"):
        Path("t.toml").write_text(text + f'unknown = "{unknown}"\n')
        Run.prepare(read_experiment("t.toml")).save("t.safetensors")
        kept = load_predictor("t.safetensors").record
        assert kept.preparation.columns.unknown == unknown
        asked = [[], ["--unknown", "ignore"]] if unknown == "ignore" else [["--unknown", "ignore"]]
        for options in asked:
            assert len(predicted(*options).splitlines()) == 3
        for options in [["--unknown", "error"]] if unknown == "ignore" else [[], ["--unknown", "error"]]:
            with pytest.raises(
                MinnetError, match=r"new.csv, line 3, column 1 \('k'\): expected one of u, v, received 'w'"
            ):
                predicted(*options)
