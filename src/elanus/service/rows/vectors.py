"""Are these vectors what the field declares? Dimensions, finite values, the order of sparse entries. Columns, not rows.

source  Milvus 2.6 and 3.0: the checks of Insert and their texts
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.arrow import arrow_type
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType
from elanus.segment.vectors import matrix_of, sparse_rows_of

_TOO_LARGE = 2**32 - 1
"""No dimension of a sparse vector has this number."""

_BFLOAT16_EXPONENT = np.uint16(0x7F80)
"""All ones in an infinity and in what is no number."""

_HALVES = {DataType.FLOAT16_VECTOR: "float16", DataType.BFLOAT16_VECTOR: "bfloat16"}


def checked_vectors(field: Field, values: pa.Array) -> pa.Array:
    """The vectors in the field's storage type. Raises ParameterInvalid, Rejected."""
    if field.type is DataType.SPARSE_FLOAT_VECTOR:
        _check_sparse(field, sparse_rows_of(values))
        return values
    per_item = 8 if field.type is DataType.BINARY_VECTOR else 1
    sent_dim = values.type.list_size * per_item
    if sent_dim != field.dim:
        raise ParameterInvalid(
            f"the dim ({sent_dim}) of field data({field.name}) is not equal to schema dim ({field.dim}):"
            f" invalid parameter[expected={field.dim}][actual={sent_dim}]"
        )
    if field.type not in (DataType.INT8_VECTOR, DataType.BINARY_VECTOR):
        _check_finite(field, matrix_of(values))
    return values if values.type == arrow_type(field) else values.cast(arrow_type(field))


def _check_finite(field: Field, vectors: npt.NDArray[Any]) -> None:
    finite = _are_finite(vectors)
    if finite.all():
        return
    row, place = (int(at) for at in np.argwhere(~finite)[0])
    if field.type in _HALVES:
        raise Rejected(f"{_HALVES[field.type]} vector contain nan or infinity value. field: {field.name}, row: {row}")
    number = float(vectors[row, place])
    raise ParameterInvalid(
        f"value '{number}' is not a number or infinity, field: {field.name}, row: {row}: invalid parameter"
    )


def _are_finite(vectors: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if vectors.dtype == np.uint16:
        return np.asarray((vectors & _BFLOAT16_EXPONENT) != _BFLOAT16_EXPONENT)
    return np.asarray(np.isfinite(vectors))


def _check_sparse(field: Field, rows: SparseRows) -> None:
    packed = rows.packed()
    _refuse_any(
        field, packed, packed.indices == _TOO_LARGE, "invalid index in sparse float vector: must be less than 2^32-1"
    )
    _refuse_any(field, packed, packed.out_of_order(), "unsorted or same indices in sparse float vector")
    _refuse_any(field, packed, ~np.isfinite(packed.values), "value in sparse float vector is not a number or infinity")
    _refuse_any(field, packed, packed.values < 0, "negative value in sparse float vector")


def _refuse_any(field: Field, packed: SparseRows, wrong: npt.NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        row = packed.row_of_entry()[np.argmax(wrong)]
        raise Rejected(f"{why}, field: {field.name}, row: {row}")
