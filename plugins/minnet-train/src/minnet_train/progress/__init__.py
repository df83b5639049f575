"""How a training goes, while it goes: callbacks for a `Trainer` that print, and change nothing."""

from __future__ import annotations

from .choosing import choose
from .live import RichProgress
from .plain import PlainLines

__all__ = ["PlainLines", "RichProgress", "choose"]
