"""Values of JSON -> the columns of a field.

source  Milvus REST: a number may be sent as text, a text as a number, JSON as itself or as its text
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.rows.json_vectors import vector_column


def json_column(field: Field, values: Sequence[Any]) -> pa.Array:
    """The values in a type :class:`~elanus.service.rows.block.SentColumn` takes, NULL where there is none.

    raises  ValueError, TypeError, OverflowError: one does not fit the field; KeyError: no value of this type is read
    """
    if field.is_vector:
        return vector_column(field.type, values)
    if field.type is DataType.JSON:
        return _json(values)
    return _arrays(field, values) if field.type is DataType.ARRAY else _SCALARS[field.type].read(values)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a scalar type is read.

    arrow    wide enough for every value
    natives  the Python types of JSON values that are taken as they are
    convert  what is done with any other value; raises ValueError, TypeError
    """

    arrow: pa.DataType
    natives: frozenset[type]
    convert: Callable[[Any], Any]

    def read(self, values: Sequence[Any]) -> pa.Array:
        if not self.natives.issuperset(map(type, values)):
            values = [None if value is None else self.convert(value) for value in values]
        try:
            return pa.array(values, self.arrow)
        except OverflowError:  # Python's own words are about C
            raise ValueError(f"a number is out of the range of {self.arrow}") from None


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise _is_no("integer", value)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _is_no("integer", value) from None


def _real(value: Any) -> float:
    if isinstance(value, bool):
        raise _is_no("number", value)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _is_no("number", value) from None


def _is_no(kind: str, value: Any) -> ValueError:
    return ValueError(f"{reprlib.repr(value)} is no {kind}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _truth(value: Any) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return bool(value == "true")


def _json(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else _json_bytes(value) for value in values], pa.large_binary())


def _json_bytes(value: Any) -> bytes:
    """A text that is JSON stands for what it says, any other for itself."""
    if isinstance(value, str):
        try:
            orjson.loads(value)
        except orjson.JSONDecodeError:
            return orjson.dumps(value)
        return value.encode()
    return orjson.dumps(value)


def _arrays(field: Field, values: Sequence[Any]) -> pa.Array:
    if not _ARRAYS.issuperset(map(type, values)):
        raise TypeError("an array is a list")
    ends = np.cumsum([0, *(len(value or ()) for value in values)])
    elements = _SCALARS[field.element_type].read([one for value in values for one in value or ()])
    missing = np.array([value is None for value in values])
    return pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), elements, mask=pa.array(missing))


_NONE = type(None)
_ARRAYS = frozenset({list, _NONE})
_INTEGER = _Kind(pa.int64(), frozenset({int, _NONE}), _whole)

_SCALARS: dict[DataType, _Kind] = {
    DataType.BOOL: _Kind(pa.bool_(), frozenset({bool, _NONE}), _truth),
    DataType.INT8: _INTEGER,
    DataType.INT16: _INTEGER,
    DataType.INT32: _INTEGER,
    DataType.INT64: _INTEGER,
    DataType.FLOAT: _Kind(pa.float32(), frozenset({float, _NONE}), _real),
    DataType.DOUBLE: _Kind(pa.float64(), frozenset({float, _NONE}), _real),
    DataType.VARCHAR: _Kind(pa.large_string(), frozenset({str, _NONE}), _text),
    DataType.GEOMETRY: _Kind(pa.large_string(), frozenset({str, _NONE}), _text),
}
