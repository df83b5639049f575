"""Modules of minnet as functions of JAX, which jit compiles around and grad goes through."""

from .errors import JaxError
from .to_jax import put_parameters, to_jax

__all__ = ["JaxError", "put_parameters", "to_jax"]

__version__ = "0.1.0"
