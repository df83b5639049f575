"""When training ends: the rule of scikit-learn's perceptrons, epoch by epoch."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from minnet_sklearn import MinnetClassifier
from minnet_sklearn.stopping import NoImprovement


class Losses:
    """A trainer of which the losses are known."""

    def __init__(self, losses):
        self.losses = losses
        self.is_stopping = False

    def stop(self):
        self.is_stopping = True

    def epochs_with(self, rule):
        for epoch, loss in enumerate(self.losses, 1):
            rule.minnet_epoch_end(self, Report(loss))
            if self.is_stopping:
                return epoch
        return len(self.losses)


class Report:
    def __init__(self, loss):
        self.loss = loss

    def as_dict(self):
        return {"loss": self.loss}


@pytest.mark.parametrize(
    ("losses", "epochs"),
    [
        ([1.0, 0.875, 0.75, 0.625, 0.5], 4),  # which do not add up
        ([1.0, 0.875, 0.5, 0.4375, 0.375, 0.3125, 0.25], 6),  # the third is better than the second by enough
        ([1.0, 0.75, 0.5, 0.25, 0.0], 5),  # by just enough, each
        ([1.0, 2.0, 1.5, 1.25, 0.5], 4),
        ([1.0, 2.0, 1.5], 3),
    ],
)
def test_it_ends_after_more_epochs_in_a_row_than_may_be_without_improvement(losses, epochs):
    rule = NoImprovement("loss", tol=0.25, patience=2, keeps_best=False)
    assert Losses(losses).epochs_with(rule) == epochs
    assert rule.is_over == (epochs == 4 or epochs == 6)


def test_it_never_ends_without_patience():
    rule = NoImprovement("loss", tol=0.25, patience=None, keeps_best=False)
    assert Losses([1.0] * 30).epochs_with(rule) == 30
    assert not rule.is_over


def test_as_many_epochs_are_trained_as_by_the_perceptron_of_scikit_learn():
    features, labels = np.zeros((20, 2)), np.arange(20) % 2  # of which there is nothing to learn
    options = {"tol": 0.5, "n_iter_no_change": 3, "max_iter": 40, "random_state": 0}
    assert MinnetClassifier(**options).fit(features, labels).n_iter_ == 5
    assert MLPClassifier(**options).fit(features, labels).n_iter_ == 5
