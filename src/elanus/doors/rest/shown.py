"""Values of the engine as JSON shows them: names in camel case, enumerations by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def shown(value: Any) -> Any:
    """A dataclass as an object; keys of a mapping are the user's own words and stay as they are."""
    if is_dataclass(value):
        return {_camel(one.name): shown(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value if isinstance(value, str) else value.name.lower()
    if isinstance(value, Mapping):
        return {str(key): shown(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
