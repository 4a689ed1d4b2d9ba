"""Primary keys in JSON."""

from __future__ import annotations

from typing import Any

from elanus.errors import KeysUnreadable
from elanus.schema.field import Field

_REFUSAL = "please check the primary key and its' type can only in [int, string], error: "


def primary_keys(primary: Field, ids: Any) -> tuple[int, ...] | tuple[str, ...]:
    """One key or a list of them, as the collection has them; integers may be sent as texts. Raises KeysUnreadable."""
    keys = ids if isinstance(ids, list) else [ids]
    if primary.type.is_integer:
        return tuple(_integer(key) for key in keys)
    return tuple(_text(key) for key in keys)


def _integer(key: Any) -> int:
    try:
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise ValueError
        number = int(key)
        if not -(2**63) <= number < 2**63:
            raise ValueError
    except ValueError:
        raise KeysUnreadable(f"{_REFUSAL}{key!r} is no int64") from None
    return number


def _text(key: Any) -> str:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise KeysUnreadable(f"{_REFUSAL}{key!r} is no string")
    return str(key)
