"""Modules made of modules: branches side by side, and one module for many inputs."""

from .bottle import Bottle
from .concat import Concat
from .concat_table import ConcatTable
from .map_table import MapTable
from .parallel_table import ParallelTable

__all__ = ["Bottle", "Concat", "ConcatTable", "MapTable", "ParallelTable"]
