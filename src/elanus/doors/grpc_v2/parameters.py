"""Key-value pairs: how every generation of clients sends options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from elanus.doors.grpc_v2.messages import Message, common_pb2
from elanus.errors import ParameterInvalid
from elanus.service.properties import truth


def texts(pairs: Iterable[Message]) -> dict[str, str]:
    """Pairs as they are; the last of equal keys wins."""
    return {pair.key: pair.value for pair in pairs}


def pairs(mapping: Mapping[str, str]) -> list[Message]:
    return [common_pb2.KeyValuePair(key=key, value=value) for key, value in mapping.items()]


def json_object(text: str, name: str) -> dict[str, Any]:
    """The object in a JSON text; blank is an empty one. Raises ParameterInvalid."""
    if not text:
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ParameterInvalid(f"parse {name} failed: {text} is not valid JSON ({wrong}): invalid parameter") from None
    if not isinstance(value, dict):
        raise ParameterInvalid(f"parse {name} failed: a JSON object is expected, got {text}: invalid parameter")
    return value


def number_or_text(text: str) -> Any:
    """``"64"`` -> 64, ``"true"`` -> True, ``"cosine"`` -> ``"cosine"``: a value sent flat instead of in JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def boolean(value: Any) -> bool:
    """True, ``"True"``, ``"t"``, 1 ...: every spelling of Go's ParseBool."""
    return value if isinstance(value, bool) else truth(str(value))
