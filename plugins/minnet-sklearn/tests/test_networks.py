"""The network of an estimator: by parameters, a list, a function; and components of strangers."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from minnet_core import (
    Criterion,
    MinnetError,
    Module,
    Optimizer,
    Sequential,
    UnknownComponentError,
    criterions,
    layers,
    optimizers,
)
from minnet_layers import Linear, LogSoftMax, PReLU, ReLU
from minnet_sklearn import MinnetClassifier, MinnetRegressor

QUICK = {"hidden": (8,), "learning_rate": 0.02, "max_iter": 30, "n_iter_no_change": None, "random_state": 0}


def kinds(estimator):
    return [type(module).__name__ for module in estimator.model_.modules]


class Bump(Module):
    """A stranger's activation."""

    def updateOutput(self, input):
        self.output = input * np.exp(-(input**2) / 8)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * np.exp(-(input**2) / 8) * (1 - input**2 / 4)
        return self.gradInput


class Cubic(Criterion):
    """A stranger's loss."""

    def updateOutput(self, input, target):
        self.output = float((np.abs(input - target) ** 3).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = 3 * (input - target) * np.abs(input - target) / len(input)
        return self.gradInput


class Signs(Optimizer):
    """A stranger's optimizer, without a learning rate."""

    def __init__(self, module, size=0.01):
        super().__init__(module)
        self.size = size

    def update(self, parameters, gradients, *state):
        parameters -= self.size * np.sign(gradients)


@pytest.fixture
def strangers():
    with layers.override("Bump", Bump), criterions.override("Cubic", Cubic), optimizers.override("Signs", Signs):
        yield


@pytest.mark.usefixtures("strangers")
def test_components_of_strangers_work_by_their_names(waves):
    options = {**QUICK, "activation": "Bump", "criterion": "Cubic", "optimizer": "Signs", "learning_rate": None}
    regressor = MinnetRegressor(**options).fit(*waves)
    assert kinds(regressor) == ["Linear", "Bump", "Linear"]
    assert isinstance(regressor.criterion_, Cubic)
    assert isinstance(regressor.optimizer_, Signs)
    assert regressor.score(*waves) > 0.3
    with pytest.raises(TypeError, match="learning_rate: expected None, as Signs takes no lr, received 0.1"):
        regressor.set_params(learning_rate=0.1).fit(*waves)
    with pytest.raises(TypeError, match="weight_decay: expected None, as Signs takes no weight_decay"):
        regressor.set_params(learning_rate=None, weight_decay=0.1).fit(*waves)


@pytest.mark.usefixtures("strangers")
def test_scores_have_no_probabilities(blobs):
    classifier = MinnetClassifier(
        **QUICK, model=lambda n_in, n_out, rng: Linear(n_in, n_out, rng=rng), criterion="Cubic"
    )
    assert hasattr(classifier, "predict_proba")
    assert classifier.fit(*blobs).score(*blobs) > 0.9
    assert not hasattr(classifier, "predict_proba")
    with pytest.raises(AttributeError, match="predict_proba"):
        classifier.predict_proba(blobs[0])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"hidden": ()}, ["Linear"]),
        ({"hidden": 5, "activation": "minnet-layers:ELU"}, ["Linear", "ELU", "Linear"]),
        (
            {"hidden": [4, 3], "normalization": True, "dropout": 0.1},
            [*["Linear", "BatchNormalization", "ChannelwiseScaling", "ReLU", "Dropout"] * 2, "Linear"],
        ),
        ({"normalization": "LayerNormalization"}, ["Linear", "LayerNormalization", "ReLU", "Linear"]),
        (
            {"normalization": {"class": "GroupNormalization", "num_groups": 2}},
            ["Linear", "GroupNormalization", "ReLU", "Linear"],
        ),
        ({"activation": {"class": "LeakyReLU", "slope": 0.5}}, ["Linear", "LeakyReLU", "Linear"]),
        ({"activation": ReLU()}, ["Linear", "ReLU", "Linear"]),
    ],
)
def test_parameters_make_a_network(blobs, options, expected):
    classifier = clone(MinnetClassifier(**{**QUICK, "max_iter": 2, **options})).fit(*blobs)
    assert kinds(classifier) == [*expected, "LogSoftMax"]


def test_a_list_of_names_configs_and_layers_is_a_network_and_stays_as_it_is(blobs):
    first = Linear(4, 6, rng=0)
    before = first.W.copy()
    layers_given = [first, "Tanh", {"class": "Linear", "n_in": 6, "n_out": 3}, LogSoftMax()]
    classifier = MinnetClassifier(model=layers_given, learning_rate=0.05, max_iter=40, n_iter_no_change=None)
    assert clone(classifier).fit(*blobs).score(*blobs) > 0.9
    np.testing.assert_array_equal(first.W, before)


def test_a_module_or_a_function_is_a_network(blobs):
    whole = Sequential(Linear(4, 3, rng=0), LogSoftMax())
    one, other = (
        MinnetClassifier(**QUICK, model=model).fit(*blobs).predict_proba(blobs[0])
        for model in (whole, lambda n_in, n_out, rng: Sequential(Linear(n_in, n_out, rng=0), LogSoftMax()))
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("criterion", ["CrossEntropyCriterion", {"class": "FocalCriterion"}])
def test_a_criterion_of_logits_gives_probabilities(blobs, criterion):
    own = MinnetClassifier(model=[Linear(4, 3, rng=0)], criterion=criterion, learning_rate=0.05, max_iter=40)
    probabilities = own.set_params(n_iter_no_change=None).fit(*blobs).predict_proba(blobs[0])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert own.score(*blobs) > 0.9


@pytest.mark.parametrize("optimizer", ["SGD", "LBFGS", {"class": "AdamW", "groups": ["no_decay"]}])
def test_any_optimizer_trains(blobs, optimizer):
    own = MinnetClassifier(**{**QUICK, "learning_rate": None, "optimizer": optimizer, "max_iter": 10}).fit(*blobs)
    assert own.loss_ < own.loss_curve_[0]


def test_a_schedule_changes_the_learning_rate(blobs):
    own = MinnetClassifier(**{**QUICK, "schedule": "CosineDecay", "max_iter": 10}).fit(*blobs)
    assert own.optimizer_.lr < 0.01


def test_weight_decay_makes_weights_smaller(blobs):
    plain, decayed = (
        MinnetClassifier(**QUICK, weight_decay=decay).fit(*blobs).model_.modules[0].W for decay in (None, 0.1)
    )
    assert np.abs(decayed).sum() < np.abs(plain).sum()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"hidden": (8, 0)}, ValueError, r"hidden: expected a positive integer or several, received \(8, 0\)"),
        ({"hidden": "64"}, ValueError, "hidden: expected a positive integer or several, received '64'"),
        ({"hidden": b"64"}, ValueError, "hidden: expected a positive integer or several, received b'64'"),
        ({"hidden": {8}}, ValueError, r"hidden: expected a positive integer or several, received \{8\}"),
        ({"hidden": {8: 4}}, ValueError, "hidden: expected a positive integer or several"),
        ({"hidden": [8, [4, 2]]}, ValueError, r"hidden: expected .* or several, received \[8, \[4, 2\]\]"),
        ({"hidden": np.array(8)}, ValueError, r"hidden: expected .* or several, received array\(8\)"),
        ({"hidden": iter([8])}, ValueError, "hidden: expected .* or several, received <list_iterator"),
        ({"dropout": 1.0}, ValueError, "dropout: expected a number of at least 0 and less than 1, received 1.0"),
        ({"activation": "RELU"}, UnknownComponentError, "ReLU"),
        ({"activation": 3}, TypeError, "activation: expected the name of a component or a config"),
        ({"normalization": "GroupNormalization"}, TypeError, "needs num_groups, num_channels; give a config"),
        ({"optimizer": Signs}, TypeError, "optimizer: expected the name of a component"),
        ({"optimizer": {"class": "Adam", "lr": 0.1}}, ValueError, "expected None beside an optimizer with lr=0.1"),
        ({"model": 3}, TypeError, "model: expected None, a list of layers"),
        ({"model": lambda *_: 3}, TypeError, "expected a function that returns a Module"),
        ({"model": [Linear(4, 2)]}, ValueError, r"model: expected outputs \(rows, 3\), received \(2, 2\)"),
        ({"max_iter": 0}, ValueError, "max_iter: expected a positive integer, received 0"),
        ({"batch_size": "all"}, ValueError, "batch_size: expected 'auto' or a positive integer, received 'all'"),
        ({"batch_size": np.array([8, 8])}, ValueError, r"batch_size: expected .*, received array\(\[8, 8\]\)"),
        (
            {"random_state": "x"},
            ValueError,
            r"random_state: expected None, an integer .* or a RandomState, received 'x'",
        ),
        ({"random_state": -1}, ValueError, r"random_state: expected .* from 0 to 2\*\*32 - 1 .*, received -1"),
        ({"random_state": np.random.default_rng(0)}, ValueError, "random_state: expected .*, received Generator"),
        ({"tol": -1.0}, ValueError, "tol: expected a number of at least 0, received -1.0"),
        ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change: expected a positive integer or None, received 0"),
        ({"validation_fraction": 1.0}, ValueError, "validation_fraction: expected a number between 0 and 1"),
        ({"learning_rate": "adaptive"}, ValueError, "learning_rate: expected a number of at least 0, or None"),
        ({"clip_norm": 0.0}, ValueError, "clip_norm: expected a number above 0, or None, received 0.0"),
        ({"dtype": "float16"}, ValueError, "dtype: expected 'float32', 'float64' or None, received 'float16'"),
        ({"dtype": np.dtype("float32")}, ValueError, r"or None, received dtype\('float32'\)"),
    ],
)
def test_what_is_no_parameter_is_refused_when_it_is_fitted(blobs, options, kind, message):
    with pytest.raises(kind, match=message):
        MinnetClassifier(**{**QUICK, **options}).fit(*blobs)


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"activation": "RELU"}, "activation"),
        ({"model": [Linear(4, 3), "LogSoftMax", {"class": "Linear", "n_in": 3}]}, "model[2]"),
        ({"optimizer": {"class": "Adam", "nose": 1}}, "optimizer"),
        ({"optimizer": {"class": "Adam", "groups": ["nose"]}}, "optimizer"),
        ({"normalization": "Nose"}, "normalization"),
    ],
)
def test_an_error_of_a_component_says_of_which_parameter(blobs, options, parameter):
    with pytest.raises((MinnetError, TypeError)) as caught:
        MinnetClassifier(**{**QUICK, **options}).fit(*blobs)
    assert f"in the parameter {parameter}" in caught.value.__notes__


def test_an_initializer_draws_the_weights_of_linear_layers_and_nothing_else(blobs):
    slopes = PReLU(8, dtype=np.float64)
    slopes.slope[...] = 0.7
    still = {**QUICK, "learning_rate": 0.0, "max_iter": 1, "batch_size": 90}
    own = MinnetClassifier(**still, activation=slopes).fit(*blobs)
    drawn = MinnetClassifier(**still, activation=slopes, initializer={"class": "Constant", "value": 0.25}).fit(*blobs)
    for each in (own, drawn):
        np.testing.assert_array_equal(each.model_.modules[1].slope, 0.7)
        assert np.unique(each.model_.modules[0].b).size == 8  # biases that are all 0 put all kinks in one point
    np.testing.assert_array_equal(drawn.model_.modules[0].W, 0.25)
    assert np.abs(own.model_.modules[0].W).max() <= 1 / np.sqrt(4)


def test_arguments_of_components_are_parameters(blobs):
    own = MinnetClassifier(**{**QUICK, "learning_rate": None})
    assert own.set_params(optimizer__lr=0.5, activation__slope=0.2, activation="LeakyReLU") is own
    assert (own.optimizer, own.activation) == ({"class": "Adam", "lr": 0.5}, {"class": "LeakyReLU", "slope": 0.2})
    search = GridSearchCV(make_pipeline(MinMaxScaler(), own), {"minnetclassifier__optimizer__lr": [0.0, 0.02]}, cv=2)
    assert search.fit(*blobs).best_params_ == {"minnetclassifier__optimizer__lr": 0.02}
    assert search.best_estimator_[-1].optimizer_.lr == 0.02
    for wrong, message in (
        (
            {"criterion__a": 1},
            "criterion__a: expected the name of a component or a config as criterion, received 'auto'",
        ),
        ({"schedule__a": 1, "schedule__b": 1}, "schedule__a, schedule__b: expected .* as schedule, received None"),
        ({"hidden__a": 1}, "hidden__a: expected an argument of one of activation, .* schedule, received one of hidden"),
        ({"nose__a": 1}, "Invalid parameter 'nose'"),
    ):
        with pytest.raises(ValueError, match=message):
            own.set_params(**wrong)
