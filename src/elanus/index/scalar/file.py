"""The file of a finished scalar index: an Arrow stream with one row, each array a list in it, then the trailer.

A stream says itself where it ends, and its arrays are used where they lie in the mapped file.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from elanus.errors import DataCorrupted
from elanus.index.file import read_trailer
from elanus.index.scalar.base import Payload, ScalarIndex, ScalarSpec
from elanus.index.scalar.types import scalar_type


def write_payload(path: Path, payload: Payload) -> None:
    """An empty payload is that of an index that answers nothing."""
    lists = {
        name: pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array)
        for name, array in payload.items()
    }
    batch = pa.record_batch(lists) if lists else pa.record_batch([], schema=pa.schema([]))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, batch.schema) as stream:
        stream.write_batch(batch)


def open_payload(path: Path, spec: ScalarSpec, row_count: int) -> ScalarIndex:
    """The index of a file whose payload is complete, its trailer perhaps not written yet. Raises DataCorrupted."""
    try:
        batch = pa.ipc.open_stream(pa.memory_map(str(path))).read_next_batch()
    except (pa.ArrowInvalid, StopIteration) as wrong:
        raise DataCorrupted(f"{path}: index payload cannot be read: {wrong}") from None
    payload = {name: column.values for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    if not payload:
        return ScalarIndex(row_count)
    try:
        return scalar_type(spec.type).open(payload, row_count)
    except KeyError as missing:
        raise DataCorrupted(f"{path}: index payload of {spec.type} has no {missing}") from None


def open_scalar_index(path: Path, spec: ScalarSpec, row_count: int) -> ScalarIndex:
    """A finished index file. Its payload is trusted: :func:`elanus.index.file.verify` first where it may be damaged.

    Raises DataCorrupted when the file is cut short or was made for another spec or segment.
    """
    trailer = read_trailer(path)
    if (trailer.spec, trailer.row_count) != (spec, row_count):
        raise DataCorrupted(
            f"{path}: index of {trailer.row_count} rows, {trailer.spec}; expected {row_count} rows, {spec}"
        )
    return open_payload(path, spec, row_count)
