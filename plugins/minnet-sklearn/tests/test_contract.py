"""The contract of scikit-learn: all of its own checks, with no expected failure."""

import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from minnet_sklearn import MinnetClassifier, MinnetEncoder, MinnetRegressor

EPOCHS = 100
"""As scikit-learn gives its own perceptrons."""


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # scikit-learn ignores it there, too
@parametrize_with_checks(
    [
        MinnetClassifier(max_iter=EPOCHS),
        MinnetRegressor(max_iter=EPOCHS),
        MinnetEncoder(MinnetRegressor(max_iter=EPOCHS)),
    ]
)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("own", "its"), [(MinnetClassifier(), MLPClassifier()), (MinnetRegressor(), MLPRegressor())])
def test_the_defaults_are_those_of_the_perceptrons_of_scikit_learn(own, its):
    both = own.get_params().keys() & its.get_params().keys()
    assert {"batch_size", "max_iter", "tol", "n_iter_no_change", "early_stopping", "warm_start"} <= both
    own_activation, its_activation = own.get_params()["activation"], its.get_params()["activation"]
    assert own_activation.lower() == its_activation
    # A learning rate is a number here; what a schedule does there, a schedule does here.
    different = {name for name in both if getattr(own, name) != getattr(its, name)}
    assert different == {"activation", "learning_rate"}
    assert own.hidden == its.hidden_layer_sizes
