"""How many collections, and partitions in all of them, a data directory may hold (Milvus's defaults and texts)."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.errors import CapacityExceeded, TooManyCollections

MAX_COLLECTIONS = 65536
GENERAL_CAPACITY = 65536
"""Partitions times shards, of all collections together."""


def check_capacity(engine: Engine, database: str, new_size: int) -> None:
    """Whether one more collection fits. new_size  its partitions times its shards."""
    collections = engine.all_collections()
    if len(collections) >= MAX_COLLECTIONS:
        raise TooManyCollections(
            f"exceeded the limit number of collections[dbName={database or 'default'}][limit={MAX_COLLECTIONS}]"
        )
    size = new_size + sum(collection.shards * len(collection.partitions) for collection in collections)
    if size > GENERAL_CAPACITY:
        raise CapacityExceeded(
            f"failed checking constraint: sum_collections(parition*shard) exceeding the max general capacity: "
            f"general capacity exceeded[newGeneralSize={size}][generalCapacity={GENERAL_CAPACITY}]"
        )
