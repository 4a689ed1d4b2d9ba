"""Which rows a reader may see: its partitions, its moment, the rows not deleted and not expired."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from elanus.errors import CollectionNotLoaded, PartitionNotFound, PartitionNotLoaded, Rejected
from elanus.schema.collection import CollectionSchema
from elanus.segment.block import Block
from elanus.segment.view import SegmentView, View

Bits = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

LOGICAL_BITS = 18
"""A hybrid timestamp is milliseconds shifted by this, plus a counter."""

SCOPES_PER_VIEW = 32


class Scope(NamedTuple):
    """What of a view a request reads.

    partitions    by name; empty = all that are loaded
    snapshot_ts   0 = now
    superseded    rows whose primary key was inserted again: counted by ``count(*)``, never returned
    """

    partitions: tuple[str, ...] = ()
    ignore_growing: bool = False
    snapshot_ts: int = 0
    superseded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One block of a segment as a reader sees it.

    first     place of row 0: places number the rows of all parts of a reading, one after the other
    offset    row number of row 0 in its segment
    visible   (row_count,) bool; None = every row
    count     how many rows are visible, at least 1
    """

    segment: SegmentView
    block: Block
    first: int
    offset: int
    visible: Bits | None
    count: int

    @property
    def row_count(self) -> int:
        return self.block.row_count


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Reading:
    """The parts a request reads, and where each begins.

    partition_ids  by name, of the whole collection
    firsts         (parts,) int64, the place of each part's row 0
    """

    schema: CollectionSchema
    partition_ids: Mapping[str, int]
    parts: tuple[Part, ...]
    firsts: Places


def reading(view: View, scope: Scope) -> Reading:
    """What ``scope`` sees of the view.

    raises  CollectionNotLoaded, PartitionNotFound, PartitionNotLoaded; DataCorrupted: some of it is damaged;
            Rejected: its moment is too long ago
    """
    if view.ttl_ms:
        return _read(view, scope)
    known = _readings.setdefault(view, {})
    found = known.get(scope)
    if found is None:
        if len(known) >= SCOPES_PER_VIEW:
            known.clear()
        found = known[scope] = _read(view, scope)
    return found


_readings: WeakKeyDictionary[View, dict[Scope, Reading]] = WeakKeyDictionary()


def _read(view: View, scope: Scope) -> Reading:
    partitions = _partitions(view, scope)
    view.check_whole(partitions)
    _check_snapshot(view, scope)
    expired_ts = _expired_ts(view, scope)
    parts: list[Part] = []
    first = 0
    for segment in view.segments:
        if segment.partition_id not in partitions or (segment.is_growing and scope.ignore_growing):
            continue
        rows = _rows_not_gone(segment, scope)
        inserted = segment.inserted_by(scope.snapshot_ts) if scope.snapshot_ts else segment.row_count
        for block, offset in segment.located_blocks():
            not_gone = None if rows is None else rows[offset : offset + block.row_count]
            visible, count = _visible(block, not_gone, expired_ts, inserted - offset)
            if count:
                parts.append(Part(segment, block, first, offset, visible, count))
                first += block.row_count
    return Reading(view.schema, view.partition_ids, tuple(parts), np.array([part.first for part in parts], np.int64))


def _partitions(view: View, scope: Scope) -> frozenset[int]:
    """Ids of the partitions to read."""
    loaded = view.loaded_partitions
    if loaded is None:
        raise CollectionNotLoaded(f"collection not loaded[collection={view.schema.name}]")
    if not scope.partitions:
        return loaded
    return frozenset(_loaded_partition(view, name, loaded) for name in scope.partitions)


def _loaded_partition(view: View, name: str, loaded: frozenset[int]) -> int:
    partition = view.partition_ids.get(name)
    if partition is None:
        raise PartitionNotFound(f"partition not found[partition={name}]")
    if partition not in loaded:
        raise PartitionNotLoaded(f"partition not loaded[partition={name}]: load it, or search the loaded ones only")
    return partition


def _check_snapshot(view: View, scope: Scope) -> None:
    """Raises Rejected when rows that were there at the snapshot may be gone for good."""
    if 0 < scope.snapshot_ts < view.whole_since_ts:
        raise Rejected(
            f"only support to travel back to {view.whole_since_ts} so far, but got {scope.snapshot_ts}: rows deleted "
            "since then are not kept any more; begin a new iterator, and ask for its pages without long pauses, "
            "or have rows kept longer by the setting retention_seconds"
        )


def _rows_not_gone(segment: SegmentView, scope: Scope) -> Bits | None:
    if scope.snapshot_ts:
        at = segment.gone.present_at if scope.superseded else segment.gone.live_at
        return at(scope.snapshot_ts, segment.row_count)
    return segment.present if scope.superseded else segment.live


def _visible(block: Block, not_gone: Bits | None, expired_ts: int, inserted: int) -> tuple[Bits | None, int]:
    """The mask of one block and how many rows it keeps.

    inserted  only so many first rows were there at the reader's moment
    """
    start, stop = 0, min(max(0, inserted), block.row_count)
    if expired_ts:  # timestamps ascend, so a moment is a row number
        start = int(np.searchsorted(block.timestamps(), np.uint64(expired_ts), side="left"))
    if stop - start < block.row_count:
        within = np.zeros(block.row_count, bool)
        within[start:stop] = True if not_gone is None else not_gone[start:stop]
        return within, int(np.count_nonzero(within))
    count = block.row_count if not_gone is None else int(np.count_nonzero(not_gone))
    return (None if count == block.row_count else not_gone), count


def _expired_ts(view: View, scope: Scope) -> int:
    """Rows inserted before this hybrid timestamp are older than the collection keeps them; 0 = none."""
    if not view.ttl_ms:
        return 0
    now_ms = scope.snapshot_ts >> LOGICAL_BITS or time.time_ns() // 1_000_000
    return max(0, now_ms - view.ttl_ms) << LOGICAL_BITS
