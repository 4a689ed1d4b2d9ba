"""Are these values what the field declares? Ranges, lengths, JSON. Columns, not rows."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from elanus.errors import ParameterInvalid
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.schema.types import INTEGER_RANGES, DataType
from elanus.service.rows.geometry import checked_geometry
from elanus.service.rows.vectors import checked_vectors

MAX_JSON_BYTES = 65536

_EMPTY_OBJECT = b"{}"


def checked_column(schema: CollectionSchema, field: Field, values: pa.Array) -> pa.Array:
    """The values in the field's storage type. Raises ParameterInvalid naming field, row and what is allowed."""
    if field.is_dynamic:
        return _dynamic(schema, field, values)
    if field.is_vector:
        return checked_vectors(field, values)
    return _CHECKS[field.type](field, values)


def _as_sent(field: Field, values: pa.Array) -> pa.Array:
    return values.cast(arrow_type(field))


def _floats(field: Field, values: pa.Array) -> pa.Array:
    """A float64 that a FLOAT cannot hold becomes infinite, and is refused as one that was sent."""
    stored = values.cast(arrow_type(field), safe=False)
    finite = pc.is_finite(stored)
    if pc.all(finite).as_py() is False:
        row = finite.index(False).as_py()
        raise ParameterInvalid(
            f"value '{stored[row].as_py()}' is not a number or infinity, field: {field.name}, row: {row}:"
            " invalid parameter"
        )
    return stored


def _integers(field: Field, values: pa.Array) -> pa.Array:
    low, high = INTEGER_RANGES[field.type]
    _check_range(values, low, high)
    return values.cast(arrow_type(field))


def _check_range(values: pa.Array, low: int, high: int) -> None:
    if values.type == pa.int64() and (low, high) == INTEGER_RANGES[DataType.INT64]:
        return
    extremes = pc.min_max(values).as_py()
    if extremes["min"] is None or (extremes["min"] >= low and extremes["max"] <= high):
        return
    outside = pc.or_(pc.less(values, low), pc.greater(values, high))
    row = outside.index(True).as_py()
    raise ParameterInvalid(
        f"the {row}th element ({values[row].as_py()}) out of range: [{low}, {high}]: invalid parameter"
    )


def _text(field: Field, values: pa.Array) -> pa.Array:
    row = _first_longer(values, field.max_length)
    if row is not None:
        length = len(values[row].as_py().encode())
        raise ParameterInvalid(
            f"length of varchar field {field.name} exceeds max length, row number: {row}, length: {length},"
            f" max length: {field.max_length}: invalid parameter"
        )
    return values.cast(pa.large_string())


def _first_longer(values: pa.Array, highest: int) -> int | None:
    lengths = pc.binary_length(values)
    longest = pc.max(lengths).as_py()
    if longest is None or longest <= highest:
        return None
    return int(pc.greater(lengths, highest).index(True).as_py())


def _arrays(field: Field, values: pa.Array) -> pa.Array:
    lengths = pc.list_value_length(values)
    longest = pc.max(lengths).as_py()
    if longest is not None and longest > field.max_capacity:
        row = pc.greater(lengths, field.max_capacity).index(True).as_py()
        raise ParameterInvalid(
            f"the length ({lengths[row].as_py()}) of {row}th array exceeds max capacity ({field.max_capacity}):"
            " invalid parameter"
        )
    _check_elements(field, values.flatten())
    return values.cast(arrow_type(field))


def _check_elements(field: Field, elements: pa.Array) -> None:
    if not len(elements):  # of whatever type a client gives to none
        return
    if not _is_element_type(field, elements.type):
        raise ParameterInvalid(
            f"insert data does not match: field {field.name} holds arrays of {field.element_type.milvus_name}, but"
            f" elements of type {elements.type} were sent: invalid parameter"
        )
    if field.element_type.is_integer:
        _check_range(elements, *INTEGER_RANGES[field.element_type])
    if field.element_type is DataType.VARCHAR:
        place = _first_longer(elements, field.max_length)
        if place is not None:
            length = len(elements[place].as_py().encode())
            raise ParameterInvalid(
                f'length of Array array field "{field.name}" exceeds max length, element number: {place},'
                f" length: {length}, max length: {field.max_length}: invalid parameter"
            )


def _is_element_type(field: Field, sent: pa.DataType) -> bool:
    """Integers may be wider than the field's, or narrower."""
    if field.element_type.is_integer:
        return bool(pa.types.is_integer(sent))
    return bool(sent == arrow_type(field).value_type)


def _json(field: Field, values: pa.Array) -> pa.Array:
    check_json_size(field, values)
    for row, text in enumerate(values.to_pylist()):  # each text must be parsed to know that it is JSON
        if text is not None:
            _parsed(field, row, text)
    return values.cast(pa.large_binary())


def _dynamic(schema: CollectionSchema, field: Field, values: pa.Array) -> pa.Array:
    """Undeclared keys of each row: an object with no key that is declared."""
    check_json_size(field, values)
    declared = {*schema.by_name, DYNAMIC_FIELD_NAME}
    for row, text in enumerate(values.to_pylist()):
        if text is None or text == _EMPTY_OBJECT:
            continue
        keys = _parsed(field, row, text)
        if not isinstance(keys, dict):
            raise ParameterInvalid(f"dynamic field must be a JSON object, row {row}: invalid parameter")
        if not declared.isdisjoint(keys):
            name = next(key for key in keys if key in declared)
            raise ParameterInvalid(
                f"dynamic field name cannot include the static field name: {name}: invalid parameter"
            )
    return values.cast(pa.large_binary())


def _parsed(field: Field, row: int, text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ParameterInvalid(f"field {field.name} is not valid JSON, row {row}: {wrong}: invalid parameter") from None


def check_json_size(field: Field, values: pa.Array) -> None:
    """Raises ParameterInvalid for a text that is too long."""
    row = _first_longer(values, MAX_JSON_BYTES)
    if row is not None:
        length = len(values[row].as_py())
        raise ParameterInvalid(
            f"the length ({length}) of json field ({field.name}) exceeds max length ({MAX_JSON_BYTES}), row {row}:"
            " invalid parameter"
        )


_CHECKS: dict[DataType, Callable[[Field, pa.Array], pa.Array]] = {
    DataType.BOOL: _as_sent,
    DataType.INT8: _integers,
    DataType.INT16: _integers,
    DataType.INT32: _integers,
    DataType.INT64: _integers,
    DataType.FLOAT: _floats,
    DataType.DOUBLE: _floats,
    DataType.VARCHAR: _text,
    DataType.JSON: _json,
    DataType.GEOMETRY: checked_geometry,
    DataType.ARRAY: _arrays,
}
