"""The values of one type at a JSON path of all rows, as a column that can be indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from elanus.filter.json_values import JsonKind, JsonValues, extracted
from elanus.filter.operands import Kind

if TYPE_CHECKING:
    from elanus.filter.columns import Mask


def typed_column(documents: pa.Array, keys: tuple[str | int, ...], cast: str) -> pa.Array:
    """(n,) bool, float64 or large_string; for ``ARRAY_`` casts lists of them. NULL where no such value stands.

    A whole number that has no exact float64 becomes NaN: whoever compares must look at the document itself.
    """
    values = extracted(documents, keys)
    if not cast.startswith("ARRAY_"):
        return _of_type(values, cast)
    elements = _of_type(values.elements, cast.removeprefix("ARRAY_"))
    return pa.LargeListArray.from_arrays(pa.array(values.offsets), elements)


def _of_type(values: JsonValues, cast: str) -> pa.Array:
    match cast:
        case "BOOL":
            return pa.array(values.columns[Kind.BOOL], mask=values.kinds != JsonKind.BOOL)
        case "DOUBLE":
            return _numbers(values)
    return values.columns[Kind.STRING]


def _numbers(values: JsonValues) -> pa.Array:
    whole: Mask = values.kinds == JsonKind.INT
    integers: Any = values.columns[Kind.INT]
    numbers = np.where(whole, integers.astype(np.float64), values.columns[Kind.FLOAT64])
    with np.errstate(invalid="ignore"):
        inexact = whole & ((np.abs(numbers) >= 2.0**63) | (numbers.astype(np.int64) != integers))
    numbers[inexact] = np.nan
    return pa.array(numbers, mask=~(whole | (values.kinds == JsonKind.FLOAT)))
