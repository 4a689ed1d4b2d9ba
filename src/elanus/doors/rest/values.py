"""Values of JSON as parameters are kept, texts: ``8`` -> ``"8"``, ``true`` -> ``"true"``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


def text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: text(value) for name, value in values.items()}


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    """As Milvus shows properties."""
    return [{"key": name, "value": value} for name, value in values.items()]
