"""Structs of indices and values in Arrow -> sparse vectors as they are stored."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from elanus.schema.arrow import nulls
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.segment.vectors import sparse_column
from elanus.service.imports.files.refused import refusal
from elanus.service.rows.json_vectors import with_gaps

_MEMBERS = {"indices": pa.types.is_integer, "values": pa.types.is_floating}


def sparse_values(field: Field, column: pa.StructArray) -> pa.Array:
    """Of structs ``{indices: [...], values: [...]}``; entries come in ascending order. Raises ImportFailed."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    present = column.drop_null()
    if not len(present):
        return nulls(field, len(column))
    lists = [present.field(name).cast(pa.large_list(present.field(name).type.value_type)) for name in _MEMBERS]
    ends, others = (np.asarray(one.offsets) - one.offsets[0].as_py() for one in lists)
    different = np.flatnonzero(np.diff(ends) != np.diff(others))
    if len(different):
        raise refusal(field, int(np.flatnonzero(~missing)[different[0]]), "indices and values differ in number")
    indices, values = (np.asarray(one.flatten()) for one in lists)
    if len(indices) and not 0 <= indices.min() <= indices.max() < 2**32:
        raise refusal(field, 0, f"indices reach from {indices.min()} to {indices.max()}, allowed: [0, 2^32-2]")
    return with_gaps(sparse_column(_in_order(SparseRows(ends, indices.astype(np.uint32), values))), missing)


def is_sparse(kind: pa.DataType) -> bool:
    """Whether values of this type are such structs."""
    if not pa.types.is_struct(kind) or {kind.field(i).name for i in range(kind.num_fields)} != _MEMBERS.keys():
        return False
    members = [(kind.field(name).type, is_kind) for name, is_kind in _MEMBERS.items()]
    lists = all(pa.types.is_list(one) or pa.types.is_large_list(one) for one, _ in members)
    return lists and all(is_kind(one.value_type) for one, is_kind in members)


def _in_order(rows: SparseRows) -> SparseRows:
    order = np.lexsort((rows.indices, rows.row_of_entry()))
    return SparseRows(rows.indptr, rows.indices[order], rows.values[order].astype(np.float32))
