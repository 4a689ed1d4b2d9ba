"""The snapshots of a data directory, and who has them pinned. Durable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from elanus.engine.collection import Collection
from elanus.engine.guard import Guard
from elanus.engine.leftovers import remove_leftovers
from elanus.engine.resources import Resources
from elanus.engine.snapshots.infos import NewSnapshot, SnapshotInfo
from elanus.engine.snapshots.taking import take
from elanus.errors import ParameterInvalid, SnapshotNotFound, SnapshotPinned
from elanus.storage.catalog import PinRecord, Record, SnapshotRecord
from elanus.storage.clock import physical_ms


class Snapshots:
    """A snapshot belongs to a collection and goes with it, unless somebody has it pinned: then when the last pin goes.

    collections  those there are. The lock here is taken after that of a collection, never before.
    """

    def __init__(self, resources: Resources, collections: Callable[[], Iterable[Collection]]) -> None:
        self._resources = resources
        self._collections = collections
        self._lock = Guard()
        self._records: dict[int, SnapshotRecord] = {}
        self._pins: dict[int, PinRecord] = {}

    def recovered(self) -> None:
        """Take what the catalog holds."""
        catalog = self._resources.catalog
        self._records = {record.id: record for record in catalog.snapshots()}
        self._pins = {pin.id: pin for pin in catalog.pins()}
        self.forget_orphans()
        for collection in self._collections():
            self._protect(collection)

    # ---- snapshots --------------------------------------------------------------------------------------------

    def create(self, collection: Collection, request: NewSnapshot) -> None:
        """Of all that was acknowledged before, and of no write a part.

        Raises ParameterInvalid when the name is taken, DataCorrupted when part of the collection is damaged.
        """
        self._check_free(collection, request.name)
        record = take(collection, request)
        try:
            with collection.lock, self._lock:
                self._check_free(collection, record.name)
                with collection.changing() as change:
                    change.put(record)
                self._records[record.id] = record
        except BaseException:
            self._remove_files([record])
            raise
        self._protect(collection)

    def drop(self, collection: Collection, name: str) -> None:
        """A missing one is no error. Raises SnapshotPinned."""
        with self._lock:
            dropped = [record for record in self._of(collection) if record.name == name]
            for record in dropped:
                self._check_unpinned(record)
            self._forget(dropped)
        self._remove_files(dropped)
        self._protect(collection)

    def of(self, collection: Collection) -> list[SnapshotInfo]:
        """The oldest first."""
        with self._lock:
            return [self._info(collection, record) for record in self._of(collection)]

    def info(self, collection: Collection, name: str) -> SnapshotInfo:
        """Raises SnapshotNotFound."""
        with self._lock:
            return self._info(collection, self.named(collection, name))

    def named(self, collection: Collection, name: str) -> SnapshotRecord:
        """Raises SnapshotNotFound."""
        for record in self._of(collection):
            if record.name == name:
                return record
        raise SnapshotNotFound(f"snapshot not found[snapshot={name}]")

    def by_id(self, snapshot_id: int) -> SnapshotRecord:
        """Raises SnapshotNotFound."""
        with self._lock:
            if snapshot_id not in self._records:
                raise SnapshotNotFound(f"snapshot not found[snapshot={snapshot_id}]")
            return self._records[snapshot_id]

    def forget_orphans(self) -> None:
        """Drop the snapshots of collections that are gone, those that nobody has pinned."""
        with self._lock:
            living = {collection.id for collection in self._collections()}
            gone = [r for r in self._records.values() if r.collection_id not in living and not self._pins_of(r)]
            self._forget(gone)
        self._remove_files(gone)

    # ---- pins -------------------------------------------------------------------------------------------------

    def pin(self, snapshot: SnapshotRecord, ttl_seconds: int = 0, *also: Record) -> int:
        """Keep a snapshot until the pin of this number is taken away, or for ``ttl_seconds`` at most (0 = no limit).

        also  what becomes durable in the same step. Raises SnapshotNotFound.
        """
        return self.add_pin(self.new_pin(snapshot, ttl_seconds), *also)

    def new_pin(self, snapshot: SnapshotRecord, ttl_seconds: int = 0) -> PinRecord:
        """A pin that holds nothing yet."""
        expires_ms = _now_ms() + ttl_seconds * 1000 if ttl_seconds else 0
        return PinRecord(self._resources.new_id(), snapshot.id, expires_ms)

    def add_pin(self, pin: PinRecord, *also: Record) -> int:
        """Its number. also  what becomes durable in the same step. Raises SnapshotNotFound."""
        with self._lock:
            self.by_id(pin.snapshot_id)
            with self._resources.catalog.change() as change:
                for record in (pin, *also):
                    change.put(record)
            self._pins[pin.id] = pin
            return pin.id

    def unpin(self, pin_id: int) -> None:
        """Of an unknown or expired one: nothing happens."""
        with self._lock:
            pin = self._pins.get(pin_id)
            if pin is None:
                return
            with self._resources.catalog.change() as change:
                change.delete(pin)
            del self._pins[pin_id]
        self.forget_orphans()

    # ---- inside -----------------------------------------------------------------------------------------------

    def _of(self, collection: Collection) -> list[SnapshotRecord]:
        return [record for record in list(self._records.values()) if record.collection_id == collection.id]

    def _pins_of(self, record: SnapshotRecord) -> list[PinRecord]:
        """Those that hold it now."""
        now_ms = _now_ms()
        pins = [pin for pin in self._pins.values() if pin.snapshot_id == record.id]
        return [pin for pin in pins if not pin.expires_ms or pin.expires_ms > now_ms]

    def _check_free(self, collection: Collection, name: str) -> None:
        if any(record.name == name for record in self._of(collection)):
            raise ParameterInvalid(f"snapshot name {name} already exists: invalid parameter")

    def _check_unpinned(self, record: SnapshotRecord) -> None:
        if self._pins_of(record):
            raise SnapshotPinned(f"active pins exist, unpin before dropping: snapshot pinned[snapshot={record.name}]")

    def _forget(self, records: Sequence[SnapshotRecord]) -> None:
        """Out of the catalog, with their pins. Under the lock."""
        if not records:
            return
        with self._resources.catalog.change() as change:
            for record in records:
                change.delete(record)
        gone = {record.id for record in records}
        self._records = {i: record for i, record in self._records.items() if i not in gone}
        self._pins = {i: pin for i, pin in self._pins.items() if pin.snapshot_id not in gone}

    def _remove_files(self, records: Iterable[SnapshotRecord]) -> None:
        remove_leftovers(self._resources.layout.snapshot(record.id) for record in records)

    def _protect(self, collection: Collection) -> None:
        """Tell the collection which of its segments no merge may take away, and until when."""
        with self._lock:
            asked = sorted(
                (r for r in self._of(collection) if r.protected_until_ms), key=lambda r: r.protected_until_ms
            )
            collection.compactions.protected = {
                s.id: record.protected_until_ms for record in asked for s in record.segments
            }

    def _info(self, collection: Collection, record: SnapshotRecord) -> SnapshotInfo:
        return SnapshotInfo(
            name=record.name,
            description=record.description,
            collection=collection.name,
            partitions=tuple(partition.name for partition in record.partitions),
            created_ms=physical_ms(record.created_ts),
            location=str(self._resources.layout.snapshot(record.id)),
            rows=sum(segment.row_count for segment in record.segments),
            size_bytes=_size_bytes(record),
            pins=len(self._pins_of(record)),
        )


def _size_bytes(record: SnapshotRecord) -> int:
    rows = sum(file.size_bytes for s in record.segments for file in (s.data, s.keys, s.gone) if file is not None)
    return rows + sum(build.file.size_bytes for build in record.builds if build.file is not None)


def _now_ms() -> int:
    """Pins are kept by the clock on the wall: they count across restarts."""
    return time.time_ns() // 1_000_000
