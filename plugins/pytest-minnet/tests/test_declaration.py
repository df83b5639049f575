"""What a test file says: kept, unread, until pytest collects."""

import inspect

import pytest
from attrs.exceptions import FrozenInstanceError

from pytest_minnet import Conformance, conformance


def test_subjects_and_options_are_kept_as_they_are():
    made = conformance("minnet-nowhere", list, arguments={"by": 2.0}, seed=3)
    assert isinstance(made, Conformance)
    assert made.subjects == ("minnet-nowhere", list)
    assert made.options == {"arguments": {"by": 2.0}, "seed": 3}


def test_it_knows_where_it_was_written():
    made, line = conformance("minnet-nowhere"), inspect.currentframe().f_lineno
    assert (made.file, made.line) == (__file__, line)


def test_it_does_not_change():
    made = conformance("minnet-nowhere")
    with pytest.raises(FrozenInstanceError):
        made.subjects = ()
    with pytest.raises(TypeError):
        made.options["seed"] = 1


def test_nothing_to_check_is_an_error_at_once():
    with pytest.raises(TypeError, match="expected a component or a distribution to check, received none"):
        conformance(seed=1)
