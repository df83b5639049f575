"""JSON as the standard has it: read strictly, and written without nan."""

from __future__ import annotations

import codecs
import json
import math
from typing import Any, NoReturn

from .errors import RefusedError

NAMES = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}


def kind_of(value: object) -> str:
    """Say what a value of JSON is.

    >>> kind_of([1]), kind_of(None)
    ('a list', 'null')
    """
    return NAMES.get(type(value), "null")


def shown(value: object) -> str:
    """Write a value of JSON into a message: what is short in full, else what it is.

    >>> shown("x"), shown(None), shown({})
    ("'x'", 'null', 'an object')
    """
    if isinstance(value, str):
        return repr(value[:100])
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:100] if isinstance(value, (int, float)) else kind_of(value)


def read_json(body: bytes) -> Any:
    """Read JSON: UTF-8, no key twice, no NaN and no infinity.

    Raises:
        RefusedError: 400, saying where what is wrong.
    """
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_reject_duplicate_keys)
    except UnicodeDecodeError as error:
        raise RefusedError(
            400, f"expected JSON in UTF-8, received the byte {body[error.start]:#04x} at {error.start}"
        ) from None
    except RecursionError:
        raise RefusedError(400, "expected a row or a list of rows, received JSON that is nested too deeply") from None
    except json.JSONDecodeError as error:
        if body.startswith(codecs.BOM_UTF8):
            raise RefusedError(400, "expected JSON without a byte order mark, received one at its beginning") from None
        received = "an empty body" if not body.strip() else f"{error.msg}, line {error.lineno}, column {error.colno}"
        raise RefusedError(400, f"expected JSON, received {received}") from None
    except RefusedError:
        raise
    except ValueError as error:  # an integer of more digits than Python reads
        raise RefusedError(400, f"expected JSON with numbers of a usual length: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise RefusedError(400, f"expected JSON, received {name}, which it does not have; a missing value is null")


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise RefusedError(400, f"expected each name once in an object, received {name[:100]!r} twice")
        seen.add(name)
    raise AssertionError("a dictionary is shorter than its pairs, none of which comes twice")


def write_json(value: Any) -> bytes:
    """Write JSON in ASCII; nan and infinity become null.

    >>> write_json({"a": [1.5, float("nan")]})
    b'{"a": [1.5, null]}'
    """
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), allow_nan=False)
    return text.encode()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
