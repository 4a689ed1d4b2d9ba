"""The JSON beside a request: one pair of key ``params``, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from elanus.doors.grpc_v1.messages import KeyValuePair, Message
from elanus.errors import ParameterInvalid

_KEY = "params"


def read_params(extra_params: Iterable[Message]) -> dict[str, Any]:
    """What the client sent; empty when it sent none. Raises ParameterInvalid."""
    text = next((pair.value for pair in extra_params if pair.key == _KEY and pair.value), "{}")
    try:
        params = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ParameterInvalid(f"Invalid params: {text}. They must be a JSON object: {wrong}") from None
    if not isinstance(params, dict):
        raise ParameterInvalid(f"Invalid params: {text}. They must be a JSON object.")
    return params


def params_pair(params: Mapping[str, Any]) -> Message:
    return KeyValuePair(key=_KEY, value=orjson.dumps(params).decode())
