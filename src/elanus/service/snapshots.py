"""Snapshots of collections. Texts and limits are Milvus's."""

from __future__ import annotations

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.snapshots.infos import NewSnapshot, RestoreStatus, SnapshotInfo
from elanus.errors import ParameterInvalid
from elanus.service.capacity import check_capacity
from elanus.service.names import check_collection_name, check_snapshot_name

MAX_PROTECTED_SECONDS = 7 * 86_400
MAX_PIN_SECONDS = 30 * 86_400


class Snapshots:
    """A snapshot is named by its collection and its own name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.info = engine.snapshots.info
        self.unpin = engine.snapshots.unpin
        self.restored = engine.restores.status

    def create(self, collection: Collection, request: NewSnapshot) -> None:
        """Of all rows that were acknowledged before."""
        check_snapshot_name(request.name)
        _check_seconds("compaction_protection_seconds", request.protected_seconds, MAX_PROTECTED_SECONDS)
        self._engine.snapshots.create(collection, request)

    def drop(self, collection: Collection, name: str) -> None:
        """A missing one is a success. Raises SnapshotPinned."""
        check_snapshot_name(name)
        self._engine.snapshots.drop(collection, name)

    def of(self, database: str, collection: str = "") -> list[SnapshotInfo]:
        """Of a collection, or of all in the database."""
        asked = [self._engine.collection(database, collection)] if collection else self._engine.collections(database)
        return [info for one in asked for info in self._engine.snapshots.of(one)]

    def restore(self, source: Collection, name: str, database: str, target: str) -> int:
        """The number of the job that makes a collection of that name."""
        check_snapshot_name(name)
        check_collection_name(target)
        check_capacity(self._engine, database, source.shards * max(source.num_partitions, 1))
        return self._engine.restore(source, name, database, target)

    def restores(self, database: str, collection: str = "") -> list[RestoreStatus]:
        """Jobs that make a collection of this name, or any; in this database, or ("") in all."""
        jobs = self._engine.restores.statuses()
        return [job for job in jobs if database in ("", job.database) and collection in ("", job.collection)]

    def pin(self, collection: Collection, name: str, ttl_seconds: int) -> int:
        """The number to unpin it with. ttl_seconds  0 = until then"""
        _check_seconds("ttl_seconds", ttl_seconds, MAX_PIN_SECONDS)
        return self._engine.snapshots.pin(self._engine.snapshots.named(collection, name), ttl_seconds)


def _check_seconds(name: str, seconds: int, most: int) -> None:
    if seconds < 0:
        raise ParameterInvalid(f"{name} must be non-negative: invalid parameter")
    if seconds > most:
        raise ParameterInvalid(f"{name} must not exceed {most}: invalid parameter")
