"""Parts that a filter on the partition key rules out, without looking at a row."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from elanus.schema.arrow import arrow_type
from elanus.search.visible import Part, Reading
from elanus.segment.partition_key import partition_name, partition_numbers


def parts_that_may_hold(reading: Reading, values: Sequence[int | str]) -> list[Part]:
    """The parts of the partitions these partition-key values hash to."""
    key = reading.schema.partition_key
    assert key is not None, "only a collection with a partition key has values of it"
    numbers = partition_numbers(pa.array(values, arrow_type(key)), len(reading.partition_ids))
    partitions = {reading.partition_ids[partition_name(int(number))] for number in numbers}
    return [part for part in reading.parts if part.segment.partition_id in partitions]
