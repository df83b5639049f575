"""``minnet serve``: a model file behind a small HTTP server, JSON in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .asgi import application as application
    from .errors import RefusedError as RefusedError
    from .limits import Limits as Limits
    from .served import Served as Served
    from .server import bound_socket as bound_socket, serve as serve
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "asgi": "application",
            "errors": "RefusedError",
            "limits": "Limits",
            "served": "Served",
            "server": "bound_socket serve",
        },
    )

__version__ = "0.1.0"
