"""Ids: readable, unique, and safe in a shell and in a node id."""

import shlex

import pytest

from pytest_minnet.ids import LONGEST, case_ids


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Linear", "Linear"),
        ("Swish(beta=1.5)", "Swish(beta=1.5)"),
        ("Net(mode='fan in',sizes=[3, 4])", "Net(mode=fan in,sizes=(3,4))"),
        ("Residual(inner=Linear 3 -> 3)", "Residual(inner=Linear 3 -> 3)"),
        ("Net(f=<function f at 0x7f3a>)", "Net"),
        ("Net(W=array([[1.],\n [2.]]))", "Net"),
        ("Net(names={'a', 'b'})", "Net"),
        ("Net(path='a::b')", "Net"),
        (f"Net(sizes={list(range(99))})", "Net"),
        ("my net: the second", "my_net_the_second"),
        ("Linear #1", "Linear-1"),
        ("Swish(beta=1.5) #12", "Swish(beta=1.5)-12"),
        ("Net(W=array([[1.],\n [2.]])) #1", "Net-1"),
        (" #1", "case-1"),
        ("Net #one", "Net_one"),
        ("::", "case"),
        ("", "case"),
    ],
)
def test_an_id_is_the_name_as_far_as_that_is_safe(name, id):
    assert case_ids([name]) == [id]


def test_no_id_is_long():
    assert len(case_ids(["N" * 500])[0]) == LONGEST


def test_what_is_left_passes_through_a_shell_in_single_quotes():
    (id,) = case_ids(["Net(mode='it''s',other=\"x\")"])
    assert shlex.split(f"pytest 'test_net.py::test_net::{id}'") == ["pytest", f"test_net.py::test_net::{id}"]


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["A", "B", "A"], ["A-0", "B", "A-1"]),
        (["A", "A", "A-0"], ["A-1", "A-2", "A-0"]),
        (["A(x={1})", "A(x={2})", "A"], ["A-0", "A-1", "A-2"]),
        (["A #0", "A #1", "A"], ["A-0", "A-1", "A"]),
        (["A #0", "A #1", "A #0", "A #1"], ["A-0-0", "A-1-0", "A-0-1", "A-1-1"]),
        (["A", "A", "A #0"], ["A-1", "A-2", "A-0"]),
        (["A", "A", "A-0", "A-0"], ["A-0", "A-1", "A-0-0", "A-0-1"]),
    ],
)
def test_names_that_would_have_one_id_are_numbered(names, ids):
    assert case_ids(names) == ids
    assert len(set(ids)) == len(ids)
