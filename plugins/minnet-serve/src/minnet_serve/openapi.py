"""What the server takes and answers, as OpenAPI 3.1: which columns a row has, and an example of one."""

from __future__ import annotations

from typing import Any

from minnet_core.support import printable
from minnet_train.data import Columns

from .limits import Limits
from .served import Served, ServedPredictor

MOST_CATEGORIES = 200
"""Of a column with more, the description lists none."""


def example_row(served: Served) -> Any:
    """Return a row that the model takes; None if that cannot be told."""
    if not isinstance(served, ServedPredictor):
        return None
    columns = served.predictor.record.preparation.columns
    if columns.image is not None or columns.count > 100:
        return None
    cells = [_example(columns, index) for index in range(columns.count)]
    return cells if columns.names is None else dict(zip(columns.names, cells, strict=True))


def _example(columns: Columns, index: int) -> Any:
    if columns.calendars and (calendar := columns.calendars[index]):
        return "2024-01-31" if calendar.kind == "date" else "12:30"
    return columns.categories[index][0] if columns.categories and columns.categories[index] else 0.0


def description(served: Served, limits: Limits, version: str) -> dict[str, Any]:
    """Describe the server.

    Args:
        served: the model.
        limits: of the server.
        version: of the server.
    """
    row, prediction = {"$ref": "#/components/schemas/Row"}, {"$ref": "#/components/schemas/Prediction"}
    many = {"type": "array", "maxItems": limits.rows}
    refusal = {
        "description": "Refused: what was expected, what was received, and where.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
            }
        },
    }
    statuses = ("400", "408", "413", "415", "421", "422", "503")
    return {
        "openapi": "3.1.0",
        "info": {"title": printable(served.name), "version": version},
        "components": {"schemas": {"Row": _row(served), "Prediction": _prediction(served)}},
        "paths": {
            "/predict": {
                "post": {
                    "summary": "Predict: one row, or a list of rows.",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"anyOf": [row, {**many, "items": row}]}}},
                    },
                    "responses": {
                        "200": {
                            "description": "The prediction, or a list of one for each row.",
                            "content": {
                                "application/json": {"schema": {"anyOf": [prediction, {**many, "items": prediction}]}}
                            },
                        },
                        **dict.fromkeys(statuses, refusal),
                    },
                }
            },
            "/health": {"get": {"summary": "Whether it answers.", "responses": {"200": {"description": "It does."}}}},
            "/model": {
                "get": {"summary": "What the file says of itself.", "responses": {"200": {"description": "As JSON."}}}
            },
        },
    }


def _row(served: Served) -> dict[str, Any]:
    if not isinstance(served, ServedPredictor):
        return {"type": "array", "description": "the input of the network, nested lists of numbers"}
    preparation = served.predictor.record.preparation
    columns, may_be_missing = preparation.columns, preparation.fill is not None
    if columns.image is not None:
        return {"type": "array", "description": f"{columns.image}, nested lists"}
    cells = [_cell(columns, index, may_be_missing) for index in range(columns.count)]
    in_order = {"type": "array", "prefixItems": cells, "minItems": len(cells), "maxItems": len(cells)}
    if columns.names is None:
        return in_order
    by_name = {
        "type": "object",
        "properties": dict(zip(columns.names, cells, strict=True)),
        "required": list(columns.names),
    }
    return {"anyOf": [by_name, in_order]}


def _cell(columns: Columns, index: int, may_be_missing: bool) -> dict[str, Any]:
    none = ["null"] if may_be_missing else []
    if columns.calendars and (calendar := columns.calendars[index]):
        return {"type": ["string", *none], "description": f"a {calendar.kind}, such as {_example(columns, index)}"}
    of = columns.categories[index] if columns.categories else ()
    if not of:
        return {"type": ["number", *none]}
    if columns.stranger(of) is not None or len(of) > MOST_CATEGORIES:
        return {"type": ["string", "number", "boolean", *none], "description": f"one of {len(of)} categories"}
    return {"type": ["string", "number", "boolean", *none], "examples": list(of)}


def _prediction(served: Served) -> dict[str, Any]:
    if not isinstance(served, ServedPredictor):
        return {"type": "object", "properties": {"output": {"description": "of the network"}}, "required": ["output"]}
    record = served.predictor.record
    number = {"type": ["number", "null"]}
    of_names = {"type": "object", "additionalProperties": number}
    if not record.classes:
        return of_names
    return {
        "type": "object",
        "properties": {
            "label": {"enum": list(record.classes)},
            "probability": number,
            "probabilities": of_names,
            "score": number,
            "scores": of_names,
        },
        "required": ["label"],
    }
