"""What decides how a training goes on, taken from objects as plain data and arrays, and put back."""

from __future__ import annotations
