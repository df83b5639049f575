"""`Start`: a trained model that an experiment goes on from."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from ..validators import expect, not_empty


@frozen(kw_only=True)
class Start:
    """What an experiment takes over from a trained model.

    Attributes:
        model: the path of its file, which ``minnet train`` wrote.
        preparation: ``keep`` its preparation of data, its categories and statistics, or learn a ``new`` one.
        head: whether the last layer with parameters, and so the classes, are those of the model: ``keep`` them, begin
            with a ``new`` one, or ``auto``: a new one if the number of outputs, or the classes, are others.
        freeze: the names of layers that stay as they are: ``0`` is the first, ``2.1`` the second within the third.
        sha256: of the file, noted when it is read; another one means that the model has changed.
    """

    model: str = field(validator=not_empty)
    preparation: Literal["keep", "new"] = field(
        default="keep", validator=expect("'keep' or 'new'", lambda x: x in ("keep", "new"))
    )
    head: Literal["auto", "keep", "new"] = field(
        default="auto", validator=expect("'auto', 'keep' or 'new'", lambda x: x in ("auto", "keep", "new"))
    )
    freeze: tuple[str, ...] = ()
    sha256: str | None = None
