"""One record of each class, all belonging together."""

from __future__ import annotations

from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.storage.catalog import (
    AliasRecord,
    BuildRecord,
    CollectionRecord,
    DatabaseRecord,
    IndexRecord,
    LoadRecord,
    LogEpochRecord,
    PartitionRecord,
    PinRecord,
    Record,
    RestoreRecord,
    SegmentRecord,
    SnapshotRecord,
)
from elanus.storage.files import FileEntry

SCHEMA = CollectionSchema(
    "books",
    (
        Field(100, "id", DataType.INT64, is_primary=True, auto_id=True),
        Field(101, "tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_length=10, max_capacity=4),
        Field(102, "v", DataType.FLOAT_VECTOR, dim=8, properties={"mmap.enabled": "true"}),
        dynamic_field(103),
    ),
)
DATABASE = DatabaseRecord(200, "library", {"replica": "1"}, 5)
COLLECTION = CollectionRecord(
    id=201,
    database_id=200,
    name="books",
    schema=SCHEMA,
    shards=1,
    consistency_level=2,
    properties={"ttl": "3"},
    created_ts=1 << 60,
    updated_ts=6,
    load_state=LoadRecord(True, (202,), 1, ("id", "v")),
)
PARTITION = PartitionRecord(202, 201, "_default", 7)
ALIAS = AliasRecord("lit", 200, 201)
INDEX = IndexRecord(203, 201, 102, "v", "HNSW", {"M": "16"}, {"type": "HNSW", "params": {"M": 16, "x": 0.5}}, 8)
SEGMENT = SegmentRecord(
    id=204,
    collection_id=201,
    partition_id=202,
    row_count=9,
    min_ts=1,
    max_ts=2,
    data=FileEntry("data.arrow", 10, "ab"),
    keys=FileEntry("keys.arrow", 11, "cd"),
    gone=None,
    created_ts=12,
    parents=(1, 2),
)
BUILD = BuildRecord(205, 203, 204, "finished", FileEntry("index-205.idx", 5, "ef"), 1, "", {"recall": 0.99}, 3, 4)
EPOCH = LogEpochRecord(201, 1)
SNAPSHOT = SnapshotRecord(
    206, 201, "monday", "all of it", 9, COLLECTION, (PARTITION,), (INDEX,), (SEGMENT,), (BUILD,), protected_until_ms=10
)
PIN = PinRecord(207, 206, 0)
RESTORE = RestoreRecord(208, 206, "monday", 207, "library", "again", "executing", "", 5)
SNAPSHOTS: tuple[Record, ...] = (SNAPSHOT, PIN, RESTORE)
"""A snapshot outlives its collection, so these belong to nothing above."""
ALL: tuple[Record, ...] = (DATABASE, COLLECTION, PARTITION, ALIAS, INDEX, SEGMENT, BUILD, EPOCH)
