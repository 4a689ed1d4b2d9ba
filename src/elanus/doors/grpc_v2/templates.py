"""Values for the ``{names}`` in a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from elanus.doors.grpc_v2.messages import Message
from elanus.errors import ParameterInvalid


def template_values(values: Mapping[str, Message]) -> dict[str, Any]:
    """Python values by name: numbers, texts, booleans and (nested) lists. Raises ParameterInvalid: not JSON."""
    return {name: _value(value) for name, value in values.items()}


def _value(value: Message) -> Any:
    kind = value.WhichOneof("val")
    if kind is None:
        return None
    content = getattr(value, kind)
    return _list(content) if kind == "array_val" else content


def _list(value: Message) -> list[Any]:
    kind = value.WhichOneof("data")
    if kind is None:
        return []
    content = getattr(value, kind).data
    if kind == "array_data":
        return [_list(element) for element in content]
    if kind == "json_data":
        return [_json(text) for text in content]
    return list(content)


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ParameterInvalid(f"a value for the filter is not valid JSON ({wrong}): invalid parameter") from None
