"""Partitions of a collection."""

from __future__ import annotations

from collections.abc import Sequence

from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid, PartitionNotFound, Rejected
from elanus.service.names import check_partition_name

DEFAULT_PARTITION = "_default"
MAX_PARTITIONS = 1024


class Partitions:
    def create(self, collection: Collection, name: str) -> None:
        """Makes it; an existing one is a success."""
        check_partition_name(name)
        refuse_with_partition_key(collection, [name], "disable create partition if partition key mode is used")
        if name in collection.partitions:
            return
        if len(collection.partitions) >= MAX_PARTITIONS:
            raise ParameterInvalid(
                f"partition number ({len(collection.partitions)}) exceeds max configuration ({MAX_PARTITIONS}),"
                f" collection: {collection.name}"
            )
        collection.create_partition(name)

    def drop(self, collection: Collection, name: str) -> None:
        """Drops it with its rows; a missing one is a success."""
        refuse_with_partition_key(collection, [name], "disable drop partition if partition key mode is used")
        if name == DEFAULT_PARTITION:
            raise Rejected("default partition cannot be deleted")
        if name not in collection.partitions:
            return
        if collection.partitions[name] in (collection.view.loaded_partitions or ()):
            raise Rejected("partition cannot be dropped, partition is loaded, please release it first")
        collection.drop_partition(name)

    def row_count(self, collection: Collection, name: str) -> int:
        self.check_exist(collection, [name])
        return collection.partition_row_count(name)

    def check_exist(self, collection: Collection, names: Sequence[str]) -> None:
        """Raises PartitionNotFound."""
        known = collection.partitions if names else {}
        for name in names:
            if name not in known:
                raise PartitionNotFound(f"partition not found[partition={name}]")


def refuse_with_partition_key(collection: Collection, names: Sequence[str], why: str) -> None:
    """Rows of a collection with a partition key choose their partition themselves; naming one is refused."""
    if names and any(names) and collection.schema.partition_key is not None:
        raise ParameterInvalid(why)


def refuse_named_partitions(collection: Collection, names: Sequence[str]) -> None:
    """As :func:`refuse_with_partition_key`, for calls on rows."""
    refuse_with_partition_key(
        collection, names, "not support manually specifying the partition names if partition key mode is used"
    )
