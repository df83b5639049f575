from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, load_csv


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(text, target=None):
        (tmp_path / "t.csv").write_text(text, "utf-8")
        return load_csv("t.csv", target)

    return load


def test_the_last_column_is_the_target_if_none_is_named(csv):
    data = csv("a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.features.dtype == np.float32
    assert data.labels.tolist() == [0, 1, 0, 1]
    assert (data.classes, data.columns, data.name) == (("x", "y"), ("a", "b"), "t.csv")


@pytest.mark.parametrize("target", ["kind", 1, -2])
def test_the_target_is_found_by_name_and_by_index(csv, target):
    data = csv("a,kind,b\n1,0,2\n3,1,4\n5,0,6\n7,1,8\n", target)
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.labels.tolist() == [0, 1, 0, 1]
    assert data.columns == ("a", "b")


def test_without_a_header_columns_have_no_names(csv):
    data = csv("1,x\n2,y\n3,x\n4,y\n")
    assert data.columns is None
    assert data.features.tolist() == [[1], [2], [3], [4]]


def test_columns_of_one_name_have_no_names(csv):
    assert csv("a,a,k\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n").columns is None


def test_integers_are_classes_in_the_order_of_numbers(csv):
    data = csv("1,10\n2,9\n3,-1\n4, 9.0\n5,10\n6,-1\n")
    assert data.classes == (-1, 9, 10)
    assert data.labels.tolist() == [2, 1, 0, 1, 2, 0]
    assert all(type(name) is int for name in data.classes)


def test_integers_among_texts_are_texts(csv):
    assert csv("1,10\n2,9\n3,x\n4,9\n5,10\n6,x\n").classes == ("10", "9", "x")


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        (
            "a,price\n1,2\n2,2.5\n",
            None,
            "t.csv, line 3, column 2 ('price'): expected a class, an integer or a text, received 2.5; this version "
            "trains classifiers only",
        ),
        ("a,kind\n1,x\n2,\n", None, "t.csv, line 3, column 2 ('kind'): the value is missing"),
        ("a,kind\n1,x\nz,y\n2,x\n2,y\n", None, "t.csv, line 3, column 1 ('a'): expected a finite float32 number"),
        ("1,2\n3,4\n", 2, "t.csv: expected target from -2 to 1, received 2"),
        ("1,2\n3,4\n", -3, "t.csv: expected target from -2 to 1, received -3"),
        (
            "a,kind\n1,x\n",
            "kinds",
            "t.csv: expected one column 'kinds', received columns a, kind; did you mean 'kind'?",
        ),
        ("a,a\n1,x\n", "a", "t.csv: expected one column 'a', received 2 such columns"),
        ("1\n2\n", None, "t.csv: expected features and a target, received one column; columns end at a comma"),
        ("a;kind\n1;x\n", None, "t.csv: expected features and a target, received one column; columns end at a comma"),
        ("1,x\n2,x\n", None, "t.csv, column 2: expected at least two classes, received only 'x'"),
        (
            "a,kind\n1,x\n2,y\n3,x\n",
            None,
            "t.csv, column 2 ('kind'): expected at least 2 rows of each class, one to train on and one to hold out, "
            "received one of 'y', in line 3",
        ),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_an_error(csv, text, target, message):
    with pytest.raises(DataError) as caught:
        csv(text, target)
    assert str(caught.value).startswith(message)


def test_large_integers_are_classes_of_their_own(csv):
    classes = (2**53, 2**53 + 1, 10**20, 10**20 + 1)
    data = csv("".join(f"{row},{name}\n" for row, name in enumerate(2 * classes)))
    assert data.classes == classes
    assert data.labels.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]


@pytest.mark.parametrize("cell", ["1_000", "\u0661"])
def test_what_only_python_takes_for_an_integer_is_a_text(csv, cell):
    assert csv(f"1,{cell}\n2,5\n3,{cell}\n4,5\n").classes == tuple(sorted([cell, "5"]))


def test_integers_written_in_different_ways_are_one_class(csv):
    assert csv("1,01\n2,1\n3,+1\n4,1.0\n5,-2\n6,-2e0\n").classes == (-2, 1)
