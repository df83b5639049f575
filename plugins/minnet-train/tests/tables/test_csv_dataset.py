from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, datasets


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(text, target=None, **options):
        (tmp_path / "t.csv").write_text(text, "utf-8")
        return datasets["Csv"]("t.csv", target, **options).load()

    return load


def test_the_last_column_is_the_target_if_none_is_named(csv):
    data = csv("a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.targets.tolist() == [0, 1, 0, 1]
    assert (data.classes, data.columns, data.name, data.task) == (("x", "y"), ("a", "b"), "t.csv", "classification")


@pytest.mark.parametrize("target", ["kind", 1, -2])
def test_the_target_is_found_by_name_and_by_index(csv, target):
    data = csv("a,kind,b\n1,0,2\n3,1,4\n5,0,6\n7,1,8\n", target)
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.targets.tolist() == [0, 1, 0, 1]
    assert data.columns == ("a", "b")


def test_a_column_that_is_named_means_that_there_is_a_header(csv):
    assert csv("1,2\n3,4\n5,6\n", "2").features.tolist() == [[3], [5]]


def test_without_a_header_columns_have_no_names(csv):
    data = csv("1,x\n2,y\n3,x\n4,y\n")
    assert data.columns is None
    assert data.features.tolist() == [[1], [2], [3], [4]]


def test_columns_of_one_name_are_told_by_their_order_and_that_is_said(csv):
    data = csv("a,a,k\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    assert data.columns == ("a", "a.1")
    assert data.notes == (
        "t.csv: several columns are called 'a'; they are told by their order, the later ones as 'a.1'",
    )


def test_integers_are_classes_in_the_order_of_numbers(csv):
    data = csv("1,10\n2,9\n3,-1\n4, 9.0\n5,10\n6,-1\n")
    assert data.classes == (-1, 9, 10)
    assert data.targets.tolist() == [2, 1, 0, 1, 2, 0]
    assert all(type(name) is int for name in data.classes)


def test_integers_among_texts_are_texts(csv):
    assert csv("1,10\n2,9\n3,x\n4,9\n5,10\n6,x\n").classes == ("10", "9", "x")


def test_numbers_that_are_not_all_integers_make_a_regression(csv):
    data = csv("a,price\n1,2\n2,2.5\n")
    assert (data.task, data.classes, data.outputs) == ("regression", (), ("price",))
    assert data.targets.tolist() == [[2.0], [2.5]]


def test_the_task_can_be_said(csv):
    assert csv("a,price\n1,2\n2,3\n", task="regression").targets.tolist() == [[2.0], [3.0]]
    with pytest.raises(DataError, match=r"t.csv, line 3, column 2 \('price'\): expected a class, .* received 2.5"):
        csv("a,price\n1,2\n2,2.5\n", task="classification")


def test_several_targets_make_a_regression(csv):
    data = csv("a,u,v\n1,2,3\n4,5,6\n", ["v", "u"])
    assert data.targets.tolist() == [[3, 2], [6, 5]]
    assert data.outputs == ("v", "u")
    assert data.columns == ("a",)


def test_there_may_be_no_target(csv):
    data = csv("a,b\n1,2\n4,5\n", [])
    assert data.targets.shape == (2, 0)
    assert data.columns == ("a", "b")


def test_columns_of_texts_are_categories(csv):
    data = csv("size,colour,k\n1,red,x\n2,blue,y\n3,red,x\n,green,y\n")
    assert data.categories == ((), ("blue", "green", "red"))
    assert data.features[:3].tolist() == [[1, 2], [2, 0], [3, 2]]


def test_columns_of_numbers_can_be_said_to_be_categories(csv):
    data = csv("code,k\n010,x\n2,y\n010,x\n2,y\n", categories=["code"])
    assert data.categories == (("010", "2"),)
    assert data.features.tolist() == [[0], [1], [0], [1]]


def test_a_mix_of_numbers_and_texts_is_an_error_unless_it_is_said_to_be_categories(csv):
    text = "a,k\n1,x\nz,y\n1,x\nz,y\n"
    with pytest.raises(DataError) as caught:
        csv(text)
    assert str(caught.value) == (
        "t.csv: 2 cells cannot be used; categories = [...] reads a column as strings, null_values = "
        "[...] takes a text for a missing value\n"
        "  t.csv, line 3, column 1 ('a'): expected a finite float32 number, received 'z'\n"
        "  t.csv, line 5, column 1 ('a'): expected a finite float32 number, received 'z'"
    )
    assert csv(text, categories=[0], header=True).categories == (("1", "z"),)


def test_a_column_of_many_different_texts_is_no_category_by_itself(csv):
    text = "name,k\n" + "".join(f"n{row},{row % 2}\n" for row in range(101))
    with pytest.raises(
        DataError, match=r"column 1 \('name'\): expected numbers, or up to 100 different texts, received 101"
    ):
        csv(text)
    assert len(csv(text, categories=["name"]).categories[0]) == 101


def test_columns_can_be_ignored(csv):
    data = csv("id,a,k\nq,1,x\nr,2,y\n", ignore=["id"])
    assert data.columns == ("a",)


def test_a_column_can_hold_weights(csv):
    data = csv("a,w,k\n1,0.5,x\n2,2,y\n", weights="w")
    assert data.weights.tolist() == [0.5, 2.0]
    assert data.columns == ("a",)


def test_a_missing_feature_is_nan_and_its_place_is_known(csv):
    data = csv("a,k,b\n1,x,\n2,y,3\n", "k")
    assert np.isnan(data.features).tolist() == [[False, True], [False, False]]
    assert data.where(0, 1) == "line 2, column 3 ('b')"


def test_many_missing_targets_are_listed_ten_at_a_time(csv):
    with pytest.raises(DataError) as caught:
        csv("a,k\n" + "1,\n" * 12 + "1,x\n")
    lines = str(caught.value).splitlines()
    assert lines[0] == "t.csv: 12 values are missing; drop_missing = true leaves out rows with missing values"
    assert lines[1] == "  line 2, column 2 ('k')"
    assert lines[10:] == ["  line 11, column 2 ('k')", "  and 2 more"]


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("a,kind\n1,x\n2,\n", None, "t.csv, line 3, column 2 ('kind'): the value is missing"),
        ("a,kind\n1,2\n2,NA\n", None, "t.csv, line 3, column 2 ('kind'): the value is missing"),
        ("a,kind\n1,2.5\n2,NA\n", None, "t.csv, line 3, column 2 ('kind'): the value is missing"),
        ("1,2\n3,4\n", 2, "t.csv: expected target from -2 to 1, received 2"),
        ("1,2\n3,4\n", -3, "t.csv: expected target from -2 to 1, received -3"),
        (
            "a,kind\n1,x\n",
            "kinds",
            "t.csv: expected one column 'kinds', received columns a, kind; did you mean 'kind'?",
        ),
        ("a,a\n1,x\n", "a", "t.csv: expected one column 'a', received 2 such columns"),
        ("1\n2\n", None, "t.csv: expected features and a target, received one column; columns end at a comma"),
        (
            "a;kind\n1;x\n",
            None,
            "t.csv: expected features and a target, received one column; columns end at a comma, or at what delimiter "
            'says; source = { class = "Csv", path = "t.csv", delimiter = ";" } takes \';\' for what ends a column',
        ),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_an_error(csv, text, target, message):
    with pytest.raises(DataError) as caught:
        csv(text, target)
    assert str(caught.value).startswith(message)


def test_a_missing_weight_is_an_error(csv):
    with pytest.raises(DataError, match=r"t.csv, line 3, column 2 \('w'\): the value is missing"):
        csv("a,w,k\n1,0.5,x\n2,,y\n", weights="w")


def test_large_integers_are_classes_of_their_own(csv):
    classes = (2**53, 2**53 + 1, 10**20, 10**20 + 1)
    data = csv("".join(f"{row},{name}\n" for row, name in enumerate(2 * classes)))
    assert data.classes == classes
    assert data.targets.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]


@pytest.mark.parametrize("cell", ["1_000", "\u0661"])
def test_what_only_python_takes_for_an_integer_is_a_text(csv, cell):
    assert csv(f"1,{cell}\n2,5\n3,{cell}\n4,5\n").classes == tuple(sorted([cell, "5"]))


@pytest.mark.parametrize("cells", [("1_2", "3_4"), ("\u0661", "\u0662")])
def test_what_only_python_takes_for_a_number_is_a_category(csv, cells):
    first, second = cells
    data = csv(f"code,kind\n{first},x\n{second},y\n{first},x\n")
    assert data.categories == (cells,)
    assert data.features.tolist() == [[0], [1], [0]]


def test_integers_written_in_different_ways_are_one_class(csv):
    assert csv("1,01\n2,1\n3,+1\n4,1.0\n5,-2\n6,-2e0\n").classes == (-2, 1)


@pytest.mark.parametrize("rows", [4095, 4096, 4097])
def test_the_parts_that_a_file_is_read_in_make_no_difference(csv, rows):
    data = csv("a,c,k\n" + "".join(f"{row},{'uvw'[row % 3]},{row % 2}\n" for row in range(rows)))
    assert data.features[:, 0].tolist() == list(range(rows))
    assert data.features[:, 1].tolist() == [row % 3 for row in range(rows)]
    assert data.targets.tolist() == [row % 2 for row in range(rows)]
    assert data.where(rows - 1) == f"line {rows + 1}"
