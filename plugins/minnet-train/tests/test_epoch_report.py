from __future__ import annotations

import json

import attrs
import pytest

from minnet_train import EpochReport, History

REPORT = EpochReport(
    epoch=1,
    step=45,
    loss=0.3,
    validation_loss=0.4,
    metrics={"accuracy": 0.9, "validation_accuracy": 0.8, "confusion_matrix": [[1, 2], [3, 4]]},
    lr=0.001,
    seconds=0.1,
    samples_per_second=15000.0,
)


def test_a_report_is_one_flat_line_of_json():
    assert json.loads(json.dumps(REPORT.as_dict())) == {
        "epoch": 1,
        "step": 45,
        "loss": 0.3,
        "validation_loss": 0.4,
        "accuracy": 0.9,
        "validation_accuracy": 0.8,
        "confusion_matrix": [[1, 2], [3, 4]],
        "lr": 0.001,
        "seconds": 0.1,
        "samples_per_second": 15000.0,
    }


def test_what_is_none_is_left_out():
    assert not {"validation_loss", "lr"} & EpochReport(epoch=1, step=45, loss=0.3).as_dict().keys()


@pytest.mark.parametrize("report", [REPORT, EpochReport(epoch=2, step=90, loss=0.1)])
def test_a_report_is_read_again(report):
    assert EpochReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


def test_a_report_cannot_be_changed():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        REPORT.loss = 0.0


def test_a_history_gives_a_column():
    history = History([REPORT, EpochReport(epoch=2, step=90, loss=0.1)])
    assert history.column("loss") == [0.3, 0.1]
    assert history.column("validation_accuracy") == [0.8, None]
