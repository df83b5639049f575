from __future__ import annotations

import pytest

from minnet_core import Sequential
from minnet_core.support.docstring import Docstring

TEXT = r"""
    Scaled :math:`x`; see `Linear` and :class:`~minnet_core.Module`.

    .. math:: y = x

    Backward, with ``dtype`` kept
    (:math:`G` is the gradient):

    .. math::

        a &= b \\
        c &= d

    PyTorch: ``torch.nn.Identity``,
    nearly.
    It differs elsewhere.

    Paper: `Title <https://example.org/paper>`_.

    Args:
        x: ``1`` at least.
    """


def test_formulas_are_those_of_the_directives_on_the_line_and_below():
    assert Docstring(TEXT).formulas == ["y = x", r"a &= b \\ c &= d"]


def test_what_a_reader_sees_has_no_markup_and_formulas_are_indented():
    text = Docstring(TEXT).readable()
    assert text.splitlines()[0] == "Scaled x; see Linear and minnet_core.Module."
    assert "\n\n    y = x\n\nBackward, with dtype kept\n(G is the gradient):\n\n" in text
    assert "``" not in text
    assert ".. math" not in text
    assert text.endswith("Args:\n    x: 1 at least.")


@pytest.mark.parametrize(
    ("name", "paragraph"),
    [("PyTorch", "torch.nn.Identity, nearly. It differs elsewhere."), ("Keras", "")],
)
def test_a_paragraph_is_found_by_what_it_begins_with(name, paragraph):
    assert Docstring(TEXT).paragraph(name) == paragraph


@pytest.mark.parametrize("text", [None, "", "\n"])
def test_what_is_missing_is_empty(text):
    doc = Docstring(text)
    assert (doc.summary, doc.formulas, doc.readable(), doc.paragraph("Paper")) == ("", [], "", "")


def test_the_summary_is_the_first_paragraph_on_one_line():
    assert Docstring("One\n    line.\n\n    Another.").summary == "One line."
    assert Docstring(Sequential.__doc__).summary
