"""What Arrow keeps of a column: which buffers, which offsets, which children (source: Arrow columnar format)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Offsets = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def has_offsets(kind: pa.DataType) -> bool:
    return is_text(kind) or is_list(kind)


def offset_type(kind: pa.DataType) -> type[np.signedinteger[Any]]:
    short = pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_list(kind)
    return np.int32 if short else np.int64


def buffer_count(kind: pa.DataType) -> int:
    """Of the column itself: validity; offsets or values; texts."""
    if is_text(kind):
        return 3
    return 1 if pa.types.is_fixed_size_list(kind) or pa.types.is_struct(kind) else 2


def child_fields(kind: pa.DataType) -> list[pa.Field]:
    nested = pa.types.is_nested(kind)
    return [kind.field(i) for i in range(kind.num_fields)] if nested else []


def offsets_of(values: pa.Array) -> Offsets:
    """(len + 1,) where each text or list begins, and the end of the last."""
    buffer = values.buffers()[1]
    kind = offset_type(values.type)
    if not len(values) or buffer is None:
        return np.zeros(1, kind)
    offsets: Offsets = np.frombuffer(buffer, kind)[values.offset : values.offset + len(values) + 1]
    return offsets


def children_of(values: pa.Array) -> list[pa.Array]:
    """The children's values that belong to these rows."""
    kind = values.type
    if pa.types.is_struct(kind):
        return [values.field(i) for i in range(kind.num_fields)]
    if pa.types.is_fixed_size_list(kind):
        return [values.values.slice(values.offset * kind.list_size, len(values) * kind.list_size)]
    if is_list(kind):
        offsets = offsets_of(values)
        return [values.values.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))]
    return []
