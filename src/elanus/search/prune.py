"""Parts that a filter on the partition key rules out, without looking at a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from elanus.filter import Predicate
from elanus.schema.arrow import arrow_type
from elanus.search.visible import Part, Reading
from elanus.segment.partition_key import partition_name, partition_numbers


def parts_that_may_hold(reading: Reading, predicate: Predicate) -> Sequence[Part]:
    """The parts of the partitions that the values hash to which the filter allows the partition key; else all."""
    values, key = predicate.partition_key_values, reading.schema.partition_key
    if values is None or key is None:
        return reading.parts
    partitions = {reading.partition_ids[name] for name in _names(values, arrow_type(key), len(reading.partition_ids))}
    return [part for part in reading.parts if part.segment.partition_id in partitions]


@lru_cache(maxsize=1024)
def _names(values: tuple[int | str, ...], kind: pa.DataType, count: int) -> frozenset[str]:
    """Names of the partitions, of so many, that rows with these values as partition key are in."""
    numbers = partition_numbers(pa.array(values, kind), count)
    return frozenset(map(partition_name, map(int, numbers)))
