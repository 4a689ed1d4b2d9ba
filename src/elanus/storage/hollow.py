"""A record batch of the sizes of rows that are still to come: what a file is laid out from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from elanus.storage.arrow_layout import (
    buffer_count,
    child_fields,
    children_of,
    has_offsets,
    is_text,
    offset_type,
    offsets_of,
)
from elanus.storage.rows import Rows


def hollow_batch(rows: Rows) -> pa.RecordBatch:
    """A batch with the schema and sizes of the rows, and without their values.

    Looks at those columns only whose size the number of rows does not tell.
    """
    schema = rows.schema
    sizes = {field.name: _Size(field.type) for field in schema}
    measured = [field.name for field in schema if _varies(field)] or schema.names[-1:]
    row_count = 0
    for piece in rows.pieces(measured):
        row_count += piece.num_rows
        for name, values in zip(measured, piece.columns, strict=True):
            sizes[name].add(values)
    for name in set(schema.names) - set(measured):
        _set_rows(sizes[name], row_count)
    return pa.RecordBatch.from_arrays([sizes[name].hollow() for name in schema.names], schema=schema)


class _Size:
    """How many values, NULLs and bytes of text a column has, and how many its children have."""

    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind
        self.rows = self.nulls = self.text_bytes = 0
        self.children = [_Size(field.type) for field in child_fields(kind)]

    def add(self, values: pa.Array) -> None:
        self.rows += len(values)
        self.nulls += values.null_count
        if is_text(self.kind):
            offsets = offsets_of(values)
            self.text_bytes += int(offsets[-1] - offsets[0])
        for size, child in zip(self.children, children_of(values), strict=True):
            size.add(child)

    def hollow(self) -> pa.Array:
        """A column of this size without its values."""
        validity = _zeros((self.rows + 7) // 8) if self.nulls else None
        children = [size.hollow() for size in self.children]
        own = [validity]
        if buffer_count(self.kind) > 1:
            own.append(self._second())
        if is_text(self.kind):
            own.append(_zeros(self.text_bytes))
        return pa.Array.from_buffers(self.kind, self.rows, own, self.nulls, 0, children)

    def _second(self) -> pa.Buffer:
        """Offsets, of which only the last says anything, or fixed-size values."""
        if has_offsets(self.kind):
            offsets = np.zeros(self.rows + 1, offset_type(self.kind))
            offsets[-1] = self.text_bytes if is_text(self.kind) else self.children[0].rows
            return pa.py_buffer(offsets)
        return _zeros((self.rows * self.kind.bit_width + 7) // 8)


def _set_rows(size: _Size, count: int) -> None:
    size.rows = count
    for child in size.children:
        _set_rows(child, count * size.kind.list_size if pa.types.is_fixed_size_list(size.kind) else count)


def _varies(field: pa.Field) -> bool:
    return field.nullable or has_offsets(field.type) or any(map(_varies, child_fields(field.type)))


def _zeros(size: int) -> pa.Buffer:
    """Memory that is never touched, so it takes none."""
    return pa.py_buffer(np.zeros(size, np.uint8))
