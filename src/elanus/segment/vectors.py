"""Columns of vectors as kernels take them: matrices and compressed sparse rows, without a copy."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.base import Vectors
from elanus.schema.arrow import SPARSE
from elanus.schema.sparse import SparseRows

Kind = TypeVar("Kind", bound=Vectors)


def vectors_of(column: pa.Array) -> Vectors:
    """The rows of a vector column in their stored type (see :func:`elanus.schema.arrow.arrow_type`).

    A row that is NULL is a vector of zeros, or an empty sparse one.
    """
    return matrix_of(column) if pa.types.is_fixed_size_list(column.type) else sparse_rows_of(column)


def matrix_of(column: pa.FixedSizeListArray) -> npt.NDArray[Any]:
    """(n, width) of a dense or binary vector column."""
    width = column.type.list_size
    flat = column.values.to_numpy(zero_copy_only=True)
    start = column.offset * width
    return cast("npt.NDArray[Any]", flat[start : start + len(column) * width].reshape(len(column), width))


def sparse_rows_of(column: pa.LargeListArray) -> SparseRows:
    """The rows of a sparse vector column."""
    entries = column.values
    return SparseRows(column.offsets.to_numpy(), entries.field("index").to_numpy(), entries.field("value").to_numpy())


def present_rows(column: pa.Array) -> npt.NDArray[np.int64]:
    """Numbers of the rows that are not NULL, ascending."""
    return np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))


def follow_one_another(rows: npt.NDArray[np.int64]) -> bool:
    """Whether these rows, ascending, are one run, as those are that came after their field."""
    return len(rows) > 0 and int(rows[-1] - rows[0]) + 1 == len(rows)


def present_vectors(column: pa.Array) -> Vectors:
    """The vectors of the rows that are not NULL, without a copy where they follow one another."""
    if not column.null_count:
        return vectors_of(column)
    rows = present_rows(column)
    return vectors_of(column.slice(int(rows[0]), len(rows)) if follow_one_another(rows) else column.drop_null())


def some_of(vectors: Kind, rows: npt.NDArray[np.int64]) -> Kind:
    """These rows, in this order, copied."""
    taken = vectors.take(rows) if isinstance(vectors, SparseRows) else vectors.take(rows, axis=0)
    return cast("Kind", taken)


def sparse_column(rows: SparseRows) -> pa.Array:
    """The rows in their storage type."""
    entries = pa.StructArray.from_arrays(
        [pa.array(rows.indices), pa.array(rows.values)], fields=list(SPARSE.value_type.fields)
    )
    return pa.LargeListArray.from_arrays(pa.array(rows.indptr), entries, type=SPARSE)
