"""Which row it was that could not be read: a whole column does not say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from elanus.errors import Error, ImportFailed
from elanus.schema.field import Field

V = TypeVar("V", bound=Any)

WRONG = (ValueError, TypeError, OverflowError, NotImplementedError)
"""What conversions raise; Arrow's errors are among them."""


def converted(field: Field, values: V, convert: Callable[[V], pa.Array]) -> pa.Array:
    """What ``convert`` makes of the values, a list or an Arrow array. Raises ImportFailed naming field and row."""
    try:
        return convert(values)
    except ImportFailed:
        raise
    except WRONG:
        row, why = _first(values, convert)
    raise refusal(field, row, why)


def refusal(field: Field, row: int, why: str) -> ImportFailed:
    return ImportFailed(f"field {field.name} of type {field.type.milvus_name}, row {row}: {why}")


def _first(values: V, convert: Callable[[V], pa.Array]) -> tuple[int, str]:
    """The first row that is refused, found by halving, and why."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if _refused(values[low:middle], convert):
            high = middle
        else:
            low = middle
    return low, _refused(values[low:high], convert) or "the values of these rows do not fit together"


def _refused(values: V, convert: Callable[[V], pa.Array]) -> str:
    try:
        convert(values)
    except WRONG as wrong:
        return str(wrong)
    return ""


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """What goes wrong with the file itself. Raises ImportFailed."""
    try:
        yield
    except Error:
        raise
    except FileNotFoundError:
        raise ImportFailed(f"{path.name} is not there any more") from None
    except (*WRONG, OSError, EOFError, KeyError, RecursionError) as wrong:
        raise ImportFailed(f"{path.name} cannot be read as a {kind}: {wrong}") from None
