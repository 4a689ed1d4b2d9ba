"""Rows on their way in and keys on their way out: generated keys, partitions by key, keys a filter names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elanus.filter import Predicate
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.segment.partition_key import partition_name, partition_numbers
from elanus.segment.view import SegmentView, View
from elanus.storage.counters import Counters


def with_generated_keys(rows: pa.RecordBatch, schema: CollectionSchema, counters: Counters) -> pa.RecordBatch:
    """The rows with a primary key column of new, increasing ids (decimal text for VARCHAR), in schema order."""
    ids = counters.allocate_ids(rows.num_rows)
    numbers = pa.array(np.arange(ids.start, ids.stop, dtype=np.int64))
    primary = schema.primary
    position = next(i for i, field in enumerate(schema.fields) if field.is_primary)
    column = numbers.cast(arrow_type(primary))
    return rows.add_column(position, pa.field(primary.name, column.type, nullable=False), column)


def placed(
    rows: pa.RecordBatch, key: Field, partitions: Mapping[str, int], count: int
) -> tuple[tuple[int, pa.RecordBatch], ...]:
    """The rows split by the partition their key hashes to."""
    numbers = partition_numbers(rows.column(key.name), count)
    return tuple(
        (partitions[partition_name(int(number))], rows.take(pa.array(np.flatnonzero(numbers == number))))
        for number in np.unique(numbers)
    )


def deleted_keys(view: View, predicate: Predicate, partition_ids: frozenset[int]) -> pa.Array:
    """Primary keys of the live rows a filter keeps, in some partitions or (empty) in all."""
    primary = view.schema.primary
    found = [
        keys
        for segment in view.segments
        if not partition_ids or segment.partition_id in partition_ids
        for keys in _matching_keys(segment, predicate, primary.name)
    ]
    return pc.unique(pa.concat_arrays(found)) if found else pa.array([], arrow_type(primary))


def _matching_keys(segment: SegmentView, predicate: Predicate, primary: str) -> list[pa.Array]:
    found = []
    for block, first in segment.located_blocks():
        mask = predicate.mask(block, segment.filter_indexes)
        if segment.live is not None:
            mask = mask & segment.live[first : first + block.row_count]
        if mask.any():
            found.append(block.column(primary).filter(pa.array(mask)))
    return found
