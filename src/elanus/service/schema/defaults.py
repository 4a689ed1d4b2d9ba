"""Which default value a field may have."""

from __future__ import annotations

from elanus.errors import SchemaInvalid
from elanus.schema.field import Field
from elanus.schema.geometry import BadShape, shape_of
from elanus.schema.types import INTEGER_RANGES, DataType


def check_default(field: Field) -> None:
    """Raises SchemaInvalid when the default does not fit the field's type, range or length."""
    value = field.default
    if value is None:
        return
    if field.type in (DataType.ARRAY, DataType.JSON) or field.is_vector:
        _refuse(field, f"type {field.type.milvus_name} does not support default value")
    if field.type is DataType.BOOL and not isinstance(value, bool):
        _refuse(field, f"type (Bool) of default value expected, got {value!r}")
    if field.type.is_integer:
        _check_integer(field)
    if field.type.is_float and not isinstance(value, int | float):
        _refuse(field, f"a number is expected as default value, got {value!r}")
    if field.type is DataType.VARCHAR:
        _check_text(field)
    if field.type is DataType.GEOMETRY:
        _check_shape(field)


def _check_integer(field: Field) -> None:
    value = field.default
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(field, f"an integer is expected as default value, got {value!r}")
    low, high = INTEGER_RANGES[field.type]
    if not low <= value <= high:
        _refuse(field, f"[{value}] out of range [{low}, {high}]")


def _check_text(field: Field) -> None:
    if not isinstance(field.default, str):
        _refuse(field, f"a string is expected as default value, got {field.default!r}")
    length = len(field.default.encode())
    if length > field.max_length:
        _refuse(field, f"the length ({length}) of string exceeds max length ({field.max_length})")


def _check_shape(field: Field) -> None:
    if not isinstance(field.default, str):
        _refuse(field, f"the text (WKT) of a shape is expected as default value, got {field.default!r}")
    try:
        shape_of(field.default)
    except BadShape as wrong:
        _refuse(field, f"invalid default value for geometry field: {wrong}")


def _refuse(field: Field, why: str) -> None:
    raise SchemaInvalid(f"{why}, field: {field.name}: invalid parameter")
