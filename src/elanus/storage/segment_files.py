"""The immutable files of a sealed segment: its rows, the codes of its primary keys in order, and the rows that left it.

All are Arrow IPC files, uncompressed, one record batch, read by memory map without a copy. The schema's metadata
says which kind of file it is and in which format version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.ipc

from elanus.errors import DataCorrupted, OperationNotSupported
from elanus.storage.files import FileEntry, check_size, durable_write, file_entry, make_directory, verify_file
from elanus.storage.row_writer import write_rows
from elanus.storage.rows import Batches, Rows

FORMAT_VERSION = 1
DATA_NAME = "data.arrow"
KEYS_NAME = "keys.arrow"
GONE = np.dtype([("row", "<u4"), ("ts", "<u8"), ("superseded", "?")])
"""A row that left its segment: when, and whether an upsert replaced it (else a delete)."""

_COLUMNS = {"keys": ["code", "row"], "gone": list(GONE.names or ())}
"""Of the kinds whose columns do not depend on the collection."""

_KIND, _VERSION, _SCHEMA = b"elanus.kind", b"elanus.version", b"elanus.schema"


@dataclass(frozen=True, slots=True)
class Keys:
    """64-bit codes of the primary keys in ascending order, and the row of each; both mapped from the file.

    codes  (n,) int64
    rows   (n,) int64
    """

    codes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The rows of a data file, mapped: a column of vectors is an (n, dim) matrix of the file's own pages.

    written_ts  version of the schema they were written under; fields of later versions are not among the columns
    """

    batch: pa.RecordBatch
    written_ts: int


def write_segment(directory: Path, rows: Rows, written_ts: int = 0) -> FileEntry:
    """Write the rows of a segment, one piece after the other, as one batch."""
    return _write(directory / DATA_NAME, "data", rows, {_SCHEMA: str(written_ts).encode()})


def open_segment(directory: Path, entry: FileEntry) -> StoredRows:
    """Checks size, kind, version and structure, not the contents: that is :func:`elanus.storage.files.verify_file`."""
    return map_segment(check_size(directory, entry))


def map_segment(path: Path) -> StoredRows:
    """The rows of a data file by its path alone (for a worker process, which has no catalog)."""
    batch = _map(path, "data")
    written_ts = int((batch.schema.metadata or {}).get(_SCHEMA, b"0"))
    return StoredRows(batch.replace_schema_metadata(None), written_ts)


def write_keys(directory: Path, codes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> FileEntry:
    """Write the primary keys of a segment as their codes, ascending, and the row of each."""
    batch = pa.record_batch({"code": pa.array(codes, pa.int64()), "row": pa.array(rows, pa.int64())})
    return _write(directory / KEYS_NAME, "keys", Batches([batch]))


def open_keys(directory: Path, entry: FileEntry) -> Keys:
    """The key codes, mapped; damage inside is found by :func:`elanus.storage.files.verify_file` only."""
    codes, rows = _open(directory, entry, "keys").columns
    return Keys(codes.to_numpy(), rows.to_numpy())


def write_gone(directory: Path, ts: int, gone: npt.NDArray[np.void]) -> FileEntry:
    """Write the rows that left a segment up to ``ts``; ``gone`` is of dtype :data:`GONE`."""
    batch = pa.record_batch({name: pa.array(np.ascontiguousarray(gone[name])) for name in GONE.names or ()})
    return _write(directory / f"deletes-{ts}.arrow", "gone", Batches([batch]))


def open_gone(directory: Path, entry: FileEntry) -> npt.NDArray[np.void]:
    """The rows that left, of dtype :data:`GONE`; a copy. Read whole, so verified whole."""
    verify_file(directory, entry)
    batch = _open(directory, entry, "gone")
    gone = np.empty(batch.num_rows, GONE)
    for name in GONE.names or ():
        gone[name] = batch[name].to_numpy(zero_copy_only=False)
    return gone


def _write(path: Path, kind: str, rows: Rows, facts: Mapping[bytes, bytes] = MappingProxyType({})) -> FileEntry:
    metadata = {_KIND: kind.encode(), _VERSION: str(FORMAT_VERSION).encode(), **facts}
    make_directory(path.parent)
    durable_write(path, lambda beside: write_rows(beside, rows, metadata))
    return file_entry(path)


def _open(directory: Path, entry: FileEntry, kind: str) -> pa.RecordBatch:
    return _map(check_size(directory, entry), kind)


def _map(path: Path, kind: str) -> pa.RecordBatch:
    try:
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
        _check_schema(path, reader.schema, kind)
        batch = reader.get_batch(0)
        batch.validate()
        return batch
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise DataCorrupted(f"file is damaged: {path}, expected an Arrow file: {error}") from error


def _check_schema(path: Path, schema: pa.Schema, kind: str) -> None:
    metadata = schema.metadata or {}
    found = metadata.get(_KIND, b"").decode()
    if found != kind:
        raise DataCorrupted(f"wrong kind of file: {path}, expected {kind!r}, found {found!r}")
    version = int(metadata[_VERSION])
    if version > FORMAT_VERSION:
        raise OperationNotSupported(
            f"{path} has format version {version}, this Elanus reads up to {FORMAT_VERSION}; use a newer Elanus"
        )
    columns = _COLUMNS.get(kind, schema.names)
    if schema.names != columns:
        raise DataCorrupted(f"wrong columns: {path}, expected {columns}, found {schema.names}")
