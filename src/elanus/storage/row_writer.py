"""Rows written piece by piece into one Arrow record batch, so that no more than a piece is in memory.

Arrow writes a record batch only whole. So the file is laid out first, from a batch of the final sizes whose values are
holes in the file; then each piece is written to its places.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.ipc

from elanus.storage.arrow_layout import (
    buffer_count,
    children_of,
    has_offsets,
    offset_type,
    offsets_of,
)
from elanus.storage.hollow import hollow_batch
from elanus.storage.rows import Rows


def write_rows(path: Path, rows: Rows, metadata: Mapping[bytes, bytes]) -> None:
    """Write the rows as an Arrow IPC file of one record batch, with this metadata in its schema."""
    hollow = hollow_batch(rows).replace_schema_metadata(metadata)
    with path.open("wb") as sink, pa.ipc.new_file(pa.PythonFile(_Holes(sink), "w"), hollow.schema) as writer:
        writer.write_batch(hollow)
    with path.open("r+b") as file, pa.memory_map(str(path)) as mapped:
        start = mapped.read_buffer().address
        mapped.seek(0)
        target = pa.ipc.open_file(mapped).get_batch(0)
        _fill([_Column(column, _Places(file.fileno(), start)) for column in target.columns], rows)


def _fill(columns: Sequence[_Column], rows: Rows) -> None:
    for piece in rows.pieces(rows.schema.names):
        for column, values in zip(columns, piece.columns, strict=True):
            column.write(values)
    for column in columns:
        column.finish()


class _Holes:
    """A file for Arrow to write to: of the values of a batch it keeps only the places."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes | pa.Buffer) -> int:
        if isinstance(data, pa.Buffer):
            self._file.seek(data.size, os.SEEK_CUR)
            return int(data.size)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.flush()


@dataclass(frozen=True)
class _Places:
    """Where buffers that are mapped from ``start`` on lie in the file."""

    descriptor: int
    start: int

    def of(self, buffer: pa.Buffer | None) -> _Place:
        return _Place(self.descriptor, buffer.address - self.start if buffer else 0)


class _Place:
    """A stretch of the file that is written from its beginning to its end."""

    def __init__(self, descriptor: int, position: int) -> None:
        self._descriptor = descriptor
        self._position = position
        self._bits = np.empty(0, bool)

    def write(self, data: Any) -> None:
        left = memoryview(data).cast("B")
        while left:
            written = os.pwrite(self._descriptor, left, self._position)
            self._position += written
            left = left[written:]

    def write_bits(self, bits: npt.NDArray[np.bool_]) -> None:
        """Whole bytes are written; what is left over waits for the next bits."""
        bits = np.concatenate([self._bits, bits])
        whole = len(bits) // 8 * 8
        self.write(np.packbits(bits[:whole], bitorder="little"))
        self._bits = bits[whole:]

    def finish(self) -> None:
        if len(self._bits):
            self.write(np.packbits(self._bits, bitorder="little"))


class _Column:
    """A column of the file, or a child of one, that takes its values piece by piece."""

    def __init__(self, target: pa.Array, places: _Places) -> None:
        self._kind = target.type
        own = target.buffers()[: buffer_count(self._kind)]
        self._validity = places.of(own[0]) if target.null_count else None
        self._second = places.of(own[1]) if len(own) > 1 else None
        self._text = places.of(own[2]) if len(own) > 2 else None
        self._children = [_Column(child, places) for child in children_of(target)]
        self._end = 0
        if has_offsets(self._kind) and self._second is not None:
            self._second.write(np.zeros(1, offset_type(self._kind)))

    def write(self, values: pa.Array) -> None:
        if not len(values):
            return
        if self._validity is not None:
            self._validity.write_bits(values.is_valid().to_numpy(zero_copy_only=False))
        if self._second is not None:
            self._write_second(values, self._second)
        for column, child in zip(self._children, children_of(values), strict=True):
            column.write(child)

    def finish(self) -> None:
        for place in (self._validity, self._second):
            if place is not None:
                place.finish()
        for child in self._children:
            child.finish()

    def _write_second(self, values: pa.Array, place: _Place) -> None:
        if has_offsets(self._kind):
            self._write_offsets(values, place)
        elif pa.types.is_boolean(self._kind):
            place.write_bits(values.fill_null(False).to_numpy(zero_copy_only=False))
        else:
            width = self._kind.bit_width // 8
            place.write(values.buffers()[1][values.offset * width : (values.offset + len(values)) * width])

    def _write_offsets(self, values: pa.Array, place: _Place) -> None:
        """Counted on from the pieces before; texts go with them."""
        offsets = offsets_of(values)
        first, last = int(offsets[0]), int(offsets[-1])
        place.write(offsets[1:] + (self._end - first))
        self._end += last - first
        if self._text is not None and last > first:
            self._text.write(values.buffers()[2][first:last])
