"""Values of JSON as parameters are kept, texts: ``8`` -> ``"8"``, ``true`` -> ``"true"``; and back as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from elanus.errors import ParameterInvalid


def text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: text(value) for name, value in values.items()}


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    """As Milvus shows properties."""
    return [{"key": name, "value": value} for name, value in values.items()]


def real(value: Any, name: str) -> float:
    """A number, or the text of one. Raises ParameterInvalid naming the parameter."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ParameterInvalid(f"{name} [{value}] is invalid, it should be a number: invalid parameter") from None


def whole(value: Any, name: str) -> int:
    """An integer, or the text of one. Raises ParameterInvalid naming the parameter."""
    try:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterInvalid(f"{name} [{value}] is invalid, it should be an integer: invalid parameter") from None
