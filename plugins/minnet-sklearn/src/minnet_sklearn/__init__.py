"""Networks of minnet as estimators of scikit-learn: a classifier, a regressor, and an encoder."""

from .requirement import expect_scikit_learn

expect_scikit_learn()

from .classifier import MinnetClassifier  # noqa: E402  # the others import scikit-learn, in a version that they know
from .encoder import MinnetEncoder  # noqa: E402
from .errors import ScikitLearnError  # noqa: E402
from .estimator import MinnetEstimator  # noqa: E402
from .regressor import MinnetRegressor  # noqa: E402

__all__ = ["MinnetClassifier", "MinnetEncoder", "MinnetEstimator", "MinnetRegressor", "ScikitLearnError"]

__version__ = "0.1.0"
