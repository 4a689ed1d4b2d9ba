"""Options as every door gets them, as numbers or as their texts."""

from __future__ import annotations

from typing import Any

from elanus.errors import ParameterInvalid
from elanus.schema.metric import Metric


def whole(value: Any, name: str) -> int:
    """An integer. Raises ParameterInvalid naming the option."""
    try:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterInvalid(f"{name} [{value}] is invalid, it should be an integer: invalid parameter") from None


def real(value: Any, name: str) -> float:
    """A number. Raises ParameterInvalid naming the option."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ParameterInvalid(f"{name} [{value}] is invalid, it should be a number: invalid parameter") from None


def metric_named(name: Any) -> Metric | None:
    """In any case of letters; None = none is named. Raises ParameterInvalid."""
    if not name:
        return None
    try:
        return Metric(str(name).upper())
    except ValueError:
        raise ParameterInvalid(f"metric type not supported: {name}: invalid parameter") from None
