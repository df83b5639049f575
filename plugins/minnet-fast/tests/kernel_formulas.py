"""What each kernel computes, in NumPy: its formula, to be called with arrays of float64."""

from __future__ import annotations

from math import erfc, pi, sqrt

import numpy as np


def positive(x):
    return np.maximum(x, 0)


def exp_negative(x):
    return np.exp(np.minimum(x, 0))


def shifted(x):
    return x - x.max(1, keepdims=True)


def log_soft_max(x):
    e = np.exp(shifted(x))
    sums = e.sum(1, keepdims=True)
    return shifted(x) - np.log(sums), e, sums


def batch_norm(x, eps):
    mean, variance = x.mean(0), x.var(0)
    inverse = 1 / np.sqrt(variance + eps)
    return (x - mean) * inverse, inverse, mean, variance


def row_norm(x, eps):
    inverse = 1 / np.sqrt(x.var(1, keepdims=True) + eps)
    return (x - x.mean(1, keepdims=True)) * inverse, inverse


def row_norm_back(y, g, inverse):
    means = [each.mean(1, keepdims=True) for each in (g, g * y)]
    return (g - means[0] - y * means[1]) * inverse


def batch_norm_back(y, g, inverse):
    return (g - g.mean(0) - y * (g * y).mean(0)) * inverse


def chosen(x, classes):
    return -x[np.arange(len(x)), classes].mean(), np.arange(len(x)) * x.shape[1] + classes


def nll_back(chosen, x):
    h = np.zeros(x.size)
    h[chosen] = -1 / len(x)
    return h.reshape(x.shape)


def huber(x, t, delta):
    d = np.abs(x - t)
    return np.where(d < delta, d**2 / 2, delta * (d - delta / 2))


def add_rows(x, from_rows, to_rows, table):
    total = table.copy()
    np.add.at(total, to_rows, x[from_rows])
    return total


def sgd_momentum(g, lr, decay, momentum, nesterov, p, u):
    d = g + decay * p
    u = momentum * u + d
    return p - lr * (d + momentum * u if nesterov else u), u


def adam(g, lr, decay, beta1, beta2, eps, shrink, p, m, v):
    d = g + decay * p
    m, v = beta1 * m + (1 - beta1) * d, beta2 * v + (1 - beta2) * d**2
    return shrink * p - lr * m / (np.sqrt(v) + eps), m, v


def rmsprop(g, lr, decay, alpha, eps, p, v):
    d = g + decay * p
    v = alpha * v + (1 - alpha) * d**2
    return p - lr * d / (np.sqrt(v) + eps), v


def adagrad(g, lr, decay, eps, p, v):
    d = g + decay * p
    v = v + d**2
    return p - lr * d / (np.sqrt(v) + eps), v


def adadelta(g, lr, decay, rho, eps, p, v, u):
    d = g + decay * p
    v = rho * v + (1 - rho) * d**2
    s = d * np.sqrt((u + eps) / (v + eps))
    return p - lr * s, v, rho * u + (1 - rho) * s**2


def adamax(g, lr, decay, beta1, beta2, eps, p, m, v):
    d = g + decay * p
    m, v = beta1 * m + (1 - beta1) * d, np.maximum(beta2 * v, np.abs(d) + eps)
    return p - lr * m / v, m, v


def nadam(g, of_m, decay, beta1, beta2, eps, shrink, of_g, p, m, v):
    d = g + decay * p
    m, v = beta1 * m + (1 - beta1) * d, beta2 * v + (1 - beta2) * d**2
    return shrink * p - (of_m * m + of_g * d) / (np.sqrt(v) + eps), m, v


def lion(g, lr, shrink, beta1, beta2, p, m):
    return shrink * p - lr * np.sign(beta1 * m + (1 - beta1) * g), beta2 * m + (1 - beta2) * g


def rprop(g, shrink, grow, least, most, p, s, h):
    turn = np.sign(g) * s
    h = np.clip(h * np.where(turn > 0, grow, np.where(turn < 0, shrink, 1)), least, most)
    s = np.where(turn < 0, 0, np.sign(g))
    return p - s * h, s, h


def logistic(x):
    return exp_negative(x) / (1 + np.exp(-np.abs(x)))


def normal(x):
    return np.vectorize(lambda each: erfc(-each / sqrt(2)) / 2, otypes=[float])(x)


def gate_of_mish(x):
    """Compute tanh(log(1 + e^x)) = 1 - 2 / ((1 + e^x)^2 + 1), which cancels nothing below 0 in another form."""
    e = exp_negative(x)
    return np.where(x > 0, np.tanh(np.logaddexp(0, x)), e * (e + 2) / (e * (e + 2) + 2))


def slope_of_gate(x):
    return np.cosh(np.logaddexp(0, np.minimum(x, 300))) ** -2.0 * exp_negative(x) / (1 + np.exp(-np.abs(x)))


FORMULAS = {
    "add_row": lambda x, b: x + b,
    "scale_row": lambda x, a: x * a,
    "scale_shift_row": lambda x, a, b: x * a + b,
    "multiply": lambda x, a: x * a,
    "column_sums": lambda x: x.sum(0),
    "column_dots": lambda x, g: (x * g).sum(0),
    "relu": positive,
    "relu_back": lambda y, g: np.where(y > 0, g, 0),
    "leaky_relu": lambda x, slope: np.where(x > 0, x, x * slope),
    "leaky_relu_back": lambda x, g, slope: np.where(x > 0, g, g * slope),
    "elu": lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "elu_back": lambda x, g, alpha: np.where(x > 0, g, g * alpha * exp_negative(x)),
    "soft_plus": lambda x: positive(x) + np.log1p(np.exp(-np.abs(x))),
    "soft_plus_back": lambda x, y, g: g * exp_negative(x) / (1 + np.exp(-np.abs(x))),
    "sigmoid": logistic,
    "sigmoid_back": lambda y, g: g * y * (1 - y),
    "silu": lambda x: x * logistic(x),
    "silu_gradient": lambda x, g: g * logistic(x) * (1 + x * (1 - logistic(x))),
    "silu_back": lambda x, s, g: g * s * (1 + x * (1 - s)),
    "gelu": lambda x, by_tanh: x * normal(x),
    "gelu_with_slope": lambda x, by_tanh: (x * normal(x), normal(x) + x * np.exp(-(x**2) / 2) / sqrt(2 * pi)),
    "soft_max": lambda x: np.exp(shifted(x)) / np.exp(shifted(x)).sum(1, keepdims=True),
    "soft_max_back": lambda y, g: y * (g - (g * y).sum(1, keepdims=True)),
    "log_soft_max": log_soft_max,
    "log_soft_max_back": lambda e, sums, g: g - e * g.sum(1, keepdims=True) / sums,
    "row_norm": row_norm,
    "row_norm_back": row_norm_back,
    "batch_norm": batch_norm,
    "batch_norm_back": batch_norm_back,
    "drop": lambda x, keep, scale: x * keep * scale,
    "scaled_mask": lambda keep, scale: keep * scale,
    "scale_shift": lambda x, scale, shift: scale * x + shift,
    "clip": np.clip,
    "keep_between": lambda x, g, low, high: np.where((low < x) & (x < high), g, 0),
    "keep_beyond": lambda x, g, low, high: np.where((low <= x) & (x <= high), 0, g),
    "threshold": lambda x, threshold, value: np.where(x <= threshold, value, x),
    "soft_shrink": lambda x, lambd: np.sign(x) * positive(np.abs(x) - lambd),
    "hard_sigmoid": lambda x: np.clip((x + 3) / 6, 0, 1),
    "hard_sigmoid_back": lambda x, g: np.where(np.abs(x) < 3, g / 6, 0),
    "hard_swish": lambda x: x * np.clip((x + 3) / 6, 0, 1),
    "hard_swish_back": lambda x, g: g * np.where(np.abs(x) < 3, x / 3 + 0.5, x >= 3),
    "scaled_elu": lambda x, alpha, scale, over: scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / over)),
    "scaled_elu_back": lambda x, g, alpha, scale, over: (
        g * scale * np.where(x > 0, 1, alpha / over * exp_negative(x / over))
    ),
    "log_sigmoid": lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
    "log_sigmoid_back": lambda x, g: g * exp_negative(-x) / (1 + np.exp(-np.abs(x))),
    "mish": lambda x: x * gate_of_mish(x),
    "mish_back": lambda x, g: g * (gate_of_mish(x) + x * slope_of_gate(x)),
    "nll": chosen,
    "nll_back": nll_back,
    "log_soft_max_nll_back": lambda e, sums, chosen: e / sums / len(e) + nll_back(chosen, e),
    "weighted_nll": lambda x, w: -(x * w).sum() / len(x),
    "weighted_nll_back": lambda w: -w / len(w),
    "squared_error": lambda x, t: ((x - t) ** 2).sum() / len(x),
    "mse": lambda x, t: (2 * (x - t) / len(x), ((x - t) ** 2).sum() / len(x)),
    "huber_error": lambda x, t, delta: huber(x, t, delta).sum() / len(x),
    "huber_back": lambda x, t, delta, factor: factor * np.clip(x - t, -delta, delta),
    "cross_entropy": lambda x, classes: chosen(log_soft_max(x)[0], classes)[0],
    "cross_entropy_back": lambda x, classes: (np.exp(log_soft_max(x)[0]) - np.eye(x.shape[1])[classes]) / len(x),
    "add_rows": add_rows,
    "transposed": lambda x: x.swapaxes(-1, -2),
    "sgd": lambda g, lr, decay, p: p - lr * (g + decay * p),
    "sgd_momentum": sgd_momentum,
    "adam": adam,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "adamax": adamax,
    "nadam": nadam,
    "lion": lion,
    "rprop": rprop,
}
