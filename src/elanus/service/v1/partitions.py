"""Partitions of Milvus 1.x: a tag on some rows."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from elanus.engine.collection import DEFAULT_PARTITION, Collection
from elanus.errors import NameTaken, ParameterInvalid, PartitionNotFound, Rejected
from elanus.service.partitions import refuse_with_partition_key

MAX_PARTITIONS = 4096
_MAX_TAG_LENGTH = 255
_BY_KEY = "rows of this collection choose their partition by a partition key: it has no partitions to create or drop"


class Partitions:
    def create(self, collection: Collection, tag: str) -> None:
        """Raises NameTaken when there is one, Rejected for a tag that cannot be; ParameterInvalid: rows have a key."""
        _refuse_default(tag)
        tag = _checked(tag)
        refuse_with_partition_key(collection, [tag], _BY_KEY)
        if tag in collection.partitions:
            raise NameTaken(f"Partition already exists: {tag}")
        if len(collection.partitions) >= MAX_PARTITIONS:
            raise Rejected(f"The number of partitions exceeds the upper limit({MAX_PARTITIONS})")
        collection.create_partition(tag)

    def has(self, collection: Collection, tag: str) -> bool:
        return _checked(tag) in collection.partitions

    def drop(self, collection: Collection, tag: str) -> None:
        """Drops it with its rows. Raises PartitionNotFound; ParameterInvalid: rows have a partition key."""
        _refuse_default(tag)
        refuse_with_partition_key(collection, [tag], _BY_KEY)
        collection.drop_partition(existing(collection, _checked(tag)))


def existing(collection: Collection, tag: str) -> str:
    """The tag, trimmed; "" means no partition in particular. Raises PartitionNotFound."""
    tag = tag.strip()
    if tag and tag not in collection.partitions:
        raise PartitionNotFound(
            f"Collection {collection.name} partition_tag {tag} does not exist. "
            "Use milvus.partition to verify whether the partition exists."
        )
    return tag


def matching(collection: Collection, patterns: Sequence[str]) -> tuple[str, ...]:
    """Tags that one of the patterns (regular expressions over a whole tag) names; without patterns () = all rows.

    The expressions are RE2's, which takes no longer for being clever. Raises PartitionNotFound when nothing is named.
    """
    tags = pa.array(list(collection.partitions))
    found = {tag for pattern in patterns for tag in _named(tags, pattern.strip())}
    if patterns and not found:
        raise PartitionNotFound(f"The specified partition does not exist: none of {list(patterns)} names one")
    return tuple(tag for tag in tags.to_pylist() if tag in found)


def _named(tags: pa.Array, pattern: str) -> list[str]:
    try:
        mask = pc.match_substring_regex(tags, f"^(?:{pattern})$")
    except pa.ArrowInvalid as wrong:
        raise ParameterInvalid(f"Invalid partition tag: {pattern}. It is no regular expression: {wrong}") from None
    names: list[str] = tags.filter(mask).to_pylist()
    return names


def _refuse_default(tag: str) -> None:
    if tag == DEFAULT_PARTITION:
        raise Rejected(f"'{DEFAULT_PARTITION}' is built-in partition tag")


def _checked(tag: str) -> str:
    """The tag without blanks around it."""
    trimmed = tag.strip()
    if not trimmed:
        raise Rejected(f"Invalid partition tag: {tag}. Partition tag should not be empty.")
    if len(trimmed) > _MAX_TAG_LENGTH:
        raise Rejected(f"Invalid partition tag: {tag}. Partition tag exceed max length({_MAX_TAG_LENGTH}).")
    return trimmed
