from __future__ import annotations

import numpy as np
import pytest

from minnet_train import Dataset
from minnet_train.data.tables import Columns, SameValue
from minnet_train.experiment.align import aligned

pyarrow = pytest.importorskip("pyarrow")


@pytest.mark.parametrize(
    ("categories", "text", "is_number", "found"),
    [
        (("1", "2"), "2.0", False, "2"),
        (("1.0", "2.0"), "2", False, "2.0"),
        (("-1", "0"), "-1.00", False, "-1"),
        (("false", "true"), "TRUE", False, "true"),
        (("false", "true"), "True", True, "true"),
        (("01067", "10115"), "1067", True, "01067"),
        (("01067", "10115"), "1067.0", True, "01067"),
        (("7.5", "8"), "7.50", True, "7.5"),
        (("1e3", "x"), "1000.0", True, "1e3"),
        (("9007199254740992", "9007199254740993"), "9007199254740993.0", False, "9007199254740993"),
        # What may be other codes, or is several.
        (("1067", "10115"), "01067", False, None),
        (("1.1", "1.2"), "1.10", False, None),
        (("7", "07"), "7.0", True, None),
        (("true", "True"), "TRUE", False, None),
        (("1", "2"), "true", True, None),
        (("1", "2"), "3.0", True, None),
        (("a", "b"), "A", False, None),
        (("a", "b"), "1", True, None),
    ],
)
def test_a_category_is_found_by_its_value_if_that_is_plain(categories, text, is_number, found):
    assert SameValue(categories).find(text, is_number=is_number) == found


@pytest.mark.parametrize(
    "values", [[1, 2, 3], [1.0, 2.0, 3.0], ["1.0", "2", "3.0"], pyarrow.array([1, 2, 3], "int8").dictionary_encode()]
)
@pytest.mark.parametrize("others", [(), ("(all others)",)])
def test_codes_are_the_same_as_integers_floats_and_texts(values, others):
    from minnet_train.data.tables import FrameTable

    columns = Columns(1, ("code",), (("1", "2", "3", *others),), unknown="ignore")
    (batch,) = FrameTable.of(pyarrow.table({"code": values})).batches([0], [0])
    assert columns.encode(batch, [0]).tolist() == [[0], [1], [2]]


def test_other_data_may_write_categories_and_classes_in_another_way():
    other = Dataset(
        "other",
        np.array([[0.0], [1.0]]),
        np.array([1, 0]),
        ("False", "True"),
        ("a",),
        None,
        categories=(("1.0", "2.0"),),
    )
    columns = Columns(1, ("a",), (("2", "1"),), unknown="ignore")
    told = aligned(other, columns, ("true", "false"))
    assert told.features.tolist() == [[1], [0]]
    assert told.targets.tolist() == [0, 1]
