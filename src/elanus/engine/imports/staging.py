"""Rows on their way into segment files, no more of them in memory than one batch.

They gather in a file of batches for each partition; when one is as large as a segment, or all rows were read, a
segment is written from it. Nothing of this has a name in the catalog: a crash leaves garbage for the next open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.ipc

from elanus.engine.segments.sealed import NewSegment, open_sealed, write_sealed
from elanus.engine.writes.intake import with_generated_keys
from elanus.engine.writes.write import stamped
from elanus.errors import OutOfDisk
from elanus.schema.collection import CollectionSchema
from elanus.segment.keys import SortedKeys
from elanus.segment.view import SegmentView, block_keys
from elanus.storage.catalog import SegmentRecord
from elanus.storage.files import disk_errors, make_directory, remove_tree

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

Numbers = npt.NDArray[np.int64]

GATHERED_NAME = "rows.arrows"
_NUMBER = "$number"


@dataclass(frozen=True, eq=False)
class Staged:
    """A segment in its files that has no name yet.

    numbers  (rows,) of each row its number among all rows of the import
    """

    record: SegmentRecord
    segment: SegmentView
    numbers: Numbers

    def keys(self, primary: str) -> SortedKeys:
        return block_keys(self.segment.blocks[0], primary)

    def column(self, name: str) -> pa.Array:
        return self.segment.blocks[0].column(name)


class Staging:
    """The segments of one import.

    schema        of all its rows: that of the collection when it begins
    keys_are_new  every primary key was generated: no other row has one of them
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.schema: CollectionSchema = collection.schema
        self.keys_are_new = True
        self._gathering: dict[int, _Gathered] = {}
        self._ids: list[int] = []
        self.staged: list[Staged] = []
        self.row_count = 0

    def add(self, rows: pa.RecordBatch, partition: str) -> None:
        """Rows as an insert takes them. Raises OutOfDisk, PartitionNotFound, SchemaMismatch."""
        rows = self._with_keys(rows)
        self._collection.check_columns(rows.schema)
        numbers = pa.array(np.arange(self.row_count, self.row_count + rows.num_rows))
        self.row_count += rows.num_rows
        for partition_id, part in self._collection.placed_rows(rows.append_column(_NUMBER, numbers), partition):
            gathered = self._gathering.get(partition_id) or self._gather(partition_id)
            gathered.add(part, self._collection.resources.clock.now())
            if gathered.size_bytes >= self._collection.resources.settings.segment_bytes:
                self._write(partition_id)

    def finish(self) -> Iterator[int]:
        """Writes what has gathered; after each segment, and first of all, how many rows are in segments."""
        yield self._staged_rows()
        for partition_id in list(self._gathering):
            self._write(partition_id)
            yield self._staged_rows()

    def discard(self) -> None:
        """Deletes the files, unless they were given a name."""
        for gathered in self._gathering.values():
            with suppress(OutOfDisk):  # of what is deleted nothing need be written to its end
                gathered.close()
        self._collection.remove_files(one for one in self._ids if one not in self._collection.sealed)

    def _with_keys(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        primary = self.schema.primary
        if primary.auto_id and primary.name not in rows.schema.names:
            return with_generated_keys(rows, self.schema, self._collection.resources.counters)
        self.keys_are_new = False
        return rows

    def _staged_rows(self) -> int:
        return sum(one.record.row_count for one in self.staged)

    def _gather(self, partition_id: int) -> _Gathered:
        resources, collection_id = self._collection.resources, self._collection.id
        segment_id = resources.new_id()
        self._ids.append(segment_id)
        directory = resources.layout.segment(collection_id, segment_id)
        make_directory(directory)
        gathered = self._gathering[partition_id] = _Gathered(directory / GATHERED_NAME, segment_id)
        return gathered

    def _write(self, partition_id: int) -> None:
        gathered = self._gathering.pop(partition_id)
        gathered.close()
        resources = self._collection.resources
        new = NewSegment(gathered.segment_id, self._collection.id, partition_id, gathered, self.schema)
        record = write_sealed(resources, new)
        remove_tree(gathered.path)
        self.staged.append(Staged(record, open_sealed(resources.layout, record, self.schema), gathered.numbers()))


class _Gathered:
    """Rows of a partition in a file of batches, which are mapped when they are read again."""

    def __init__(self, path: Path, segment_id: int) -> None:
        self.path = path
        self.segment_id = segment_id
        self.size_bytes = 0
        self.schema = pa.schema([])
        self._numbers: list[Numbers] = []
        self._writer: pa.RecordBatchStreamWriter | None = None

    def add(self, part: pa.RecordBatch, ts: int) -> None:
        self._numbers.append(part.column(_NUMBER).to_numpy())
        rows = stamped(part.drop_columns([_NUMBER]), ts)
        with disk_errors(self.path):
            if self._writer is None:
                self.schema = rows.schema
                self._writer = pa.ipc.new_stream(str(self.path), rows.schema)
            self._writer.write_batch(rows)
        self.size_bytes += rows.nbytes

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with disk_errors(self.path):
                writer.close()

    def numbers(self) -> Numbers:
        return np.concatenate(self._numbers)

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(self.path)) as mapped, pa.ipc.open_stream(mapped) as batches:
            for batch in batches:
                yield batch.select(list(columns))
