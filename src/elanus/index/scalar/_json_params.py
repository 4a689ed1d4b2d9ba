"""Parameters of an index over the values at a JSON path."""

from __future__ import annotations

from elanus.index.generation import Generation
from elanus.index.params import Param

CAST_TYPES = ("BOOL", "DOUBLE", "VARCHAR", "ARRAY_BOOL", "ARRAY_DOUBLE", "ARRAY_VARCHAR", "JSON")
JSON_PATH, JSON_CAST_TYPE, JSON_CAST_FUNCTION = "json_path", "json_cast_type", "json_cast_function"

JSON_PARAMS = (
    Param(
        JSON_PATH,
        str,
        "Where in a JSON field the values stand, as a filter writes it: info['price'].",
        since=Generation.V2_5,
    ),
    Param(
        JSON_CAST_TYPE,
        str,
        "Which values at a JSON path are indexed; those of other types stay outside.",
        choices=CAST_TYPES,
        since=Generation.V2_5,
    ),
    Param(
        JSON_CAST_FUNCTION,
        str,
        "Checked, then without effect: filters find the same rows as without the index, where no string is a number.",
        choices=("STRING_TO_DOUBLE",),
        inert=True,
        since=Generation.V2_5,
    ),
)
