from __future__ import annotations

import re

import pytest

from minnet_conv.convolving.footprint import Footprint
from minnet_core import ShapeError


def read(**changed):
    arguments = {"kernel_size": 3, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "mode": "zeros"} | changed
    return Footprint.of_arguments("Conv2d", 2, **arguments)


@pytest.mark.parametrize(
    ("kernel_size", "dilation", "padding"),
    [(3, 1, ((1, 1), (1, 1))), ((2, 5), 1, ((0, 1), (2, 2))), (2, (3, 2), ((1, 2), (1, 1))), (1, 4, ((0, 0), (0, 0)))],
)
def test_same_keeps_lengths_and_pads_more_at_the_end(kernel_size, dilation, padding):
    footprint = read(kernel_size=kernel_size, dilation=dilation, padding="same")
    assert footprint.padding == padding
    assert footprint.counts((7, 9)) == (7, 9)


def test_a_sequence_is_an_image_of_one_row():
    footprint = Footprint.of_arguments("Conv1d", 1, 3, 2, 1, 1, 1, "zeros")
    assert footprint == Footprint((1, 3), (1, 2), (1, 1), ((0, 0), (1, 1)))
    assert footprint.words(1) == "3, stride 2, padding 1"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kernel_size": 0}, "Conv2d: expected kernel_size to be an integer of at least 1, or 2 of them, received 0"),
        ({"stride": (1, 2, 3)}, "expected stride to be an integer of at least 1, or 2 of them, received (1, 2, 3)"),
        ({"padding": -1}, "expected padding to be an integer of at least 0, or 2 of them, received -1"),
        ({"padding": "full"}, 'expected padding to be numbers, "same" or "valid", received \'full\''),
        ({"padding": "same", "stride": (1, 2)}, 'expected stride 1 beside padding="same", received (1, 2)'),
        ({"mode": "edge"}, "expected padding_mode to be one of zeros, reflect, replicate, circular, received 'edge'"),
        ({"groups": 0}, "expected groups to be a positive integer, received 0"),
    ],
)
def test_what_is_no_footprint_is_refused(changed, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read(**changed)


@pytest.mark.parametrize("value", [1.5, None, "3", (1, 2.5)])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="expected dilation to be an integer"):
        read(dilation=value)


def test_valid_is_no_padding():
    assert read(padding="valid") == read()


def test_there_must_be_room_for_the_kernel():
    with pytest.raises(ShapeError, match="on which a kernel of 3x3, dilation 2x2 finds room, received"):
        read(dilation=2).counts((4, 9))


@pytest.mark.parametrize(
    ("mode", "length", "is_refused"),
    [
        ("reflect", 3, False),
        ("reflect", 2, True),
        ("circular", 2, False),
        ("circular", 1, True),
        ("replicate", 1, False),
    ],
)
def test_padding_is_taken_from_images_that_have_it(mode, length, is_refused):
    footprint = read(padding=2, mode=mode)
    if is_refused:
        with pytest.raises(ShapeError, match=f"padded by 2 in mode {mode}, received {length}"):
            footprint.expect_borders((9, length))
    else:
        footprint.expect_borders((9, length))


def test_words_name_what_is_not_usual():
    footprint = read(kernel_size=(2, 3), stride=2, padding=(1, 0), dilation=(1, 2), groups=2, mode="circular")
    assert footprint.words(2) == "2x3, stride 2x2, padding 1x0, dilation 1x2, groups 2, circular"
    assert read(kernel_size=2, padding="same").words(2) == "2x2, padding 0+1x0+1"
