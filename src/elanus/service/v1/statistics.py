"""What a Milvus 1.x collection holds, by partition and segment."""

from __future__ import annotations

from dataclasses import dataclass

from elanus.engine.requests import SegmentInfo
from elanus.service.v1.table import Table

UNINDEXED = "FLAT"


@dataclass(frozen=True, slots=True)
class SegmentStatistics:
    """index_type  name of the type that serves it, FLAT when its rows are compared one by one"""

    name: str
    row_count: int
    data_size: int
    index_type: str


@dataclass(frozen=True, slots=True)
class PartitionStatistics:
    tag: str
    segments: tuple[SegmentStatistics, ...]

    @property
    def row_count(self) -> int:
        return sum(segment.row_count for segment in self.segments)


def statistics(table: Table) -> list[PartitionStatistics]:
    """One for each partition, ``_default`` first."""
    types = {definition.id: str(definition.spec["type"]) for definition in table.indexes}
    segments = table.collection.segments()
    return [
        PartitionStatistics(tag, tuple(_segment(one, types) for one in segments if one.partition_id == partition_id))
        for tag, partition_id in table.collection.partitions.items()
    ]


def _segment(segment: SegmentInfo, types: dict[int, str]) -> SegmentStatistics:
    serving = next((types[index_id] for index_id in segment.index_ids if index_id in types), UNINDEXED)
    return SegmentStatistics(str(segment.id), segment.row_count - segment.deleted_rows, segment.size_bytes, serving)
