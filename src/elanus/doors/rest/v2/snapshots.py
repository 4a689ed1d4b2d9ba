"""Calls on snapshots, and on the jobs that restore them."""

from __future__ import annotations

from typing import Any

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.aliases import MaybeOfCollection
from elanus.doors.rest.v2.bodies import InDatabase, OfCollection
from elanus.engine.snapshots.infos import NewSnapshot, RestoreStatus
from elanus.service import Service


class OfSnapshot(OfCollection, frozen=True, kw_only=True):
    snapshot_name: str


class Creation(OfSnapshot, frozen=True, kw_only=True):
    description: str = ""
    compaction_protection_seconds: int = 0


class Restoring(InDatabase, frozen=True, kw_only=True):
    """source_db_name, target_db_name  "" = ``db_name``"""

    snapshot_name: str
    source_collection_name: str
    target_collection_name: str
    source_db_name: str = ""
    target_db_name: str = ""

    def subjects(self, database: str) -> tuple[Subject, ...]:
        """The collection it was made of, and the one that it makes."""
        return (
            Subject(self.source_db_name or database, self.source_collection_name),
            Subject(self.target_db_name or database, self.target_collection_name),
        )


class Pinning(OfSnapshot, frozen=True, kw_only=True):
    """ttl_seconds  0 = until it is unpinned"""

    ttl_seconds: int = 0


class OfPin(InDatabase, frozen=True, kw_only=True):
    pin_id: int


class OfJob(InDatabase, frozen=True, kw_only=True):
    job_id: int


class SnapshotCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._snapshots = service.snapshots

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("snapshots/create", Creation, self.create, "Save the state of a collection under a name."),
            V2.endpoint("snapshots/drop", OfSnapshot, self.drop, "Drop a snapshot; a missing one is a success."),
            V2.endpoint("snapshots/list", MaybeOfCollection, self.list, "Snapshots of one collection, or all."),
            V2.endpoint("snapshots/describe", OfSnapshot, self.describe, "What a snapshot holds."),
            V2.endpoint("snapshots/restore", Restoring, self.restore, "Make a new collection of a snapshot."),
            V2.endpoint("snapshots/pin", Pinning, self.pin, "Keep a snapshot from being dropped."),
            V2.endpoint("snapshots/unpin", OfPin, self.unpin, "Let it be dropped again."),
            V2.endpoint("jobs/snapshot/describe", OfJob, self.describe_job, "How far a restore is."),
            V2.endpoint("jobs/snapshot/list", MaybeOfCollection, self.list_jobs, "Restores, under way and over."),
        ]

    def create(self, body: Creation, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        asked = NewSnapshot(body.snapshot_name, body.description, body.compaction_protection_seconds)
        self._snapshots.create(collection, asked)
        return Reply()

    def drop(self, body: OfSnapshot, context: Context) -> Reply:
        self._snapshots.drop(self._collections.get(context.database, body.collection_name), body.snapshot_name)
        return Reply()

    def list(self, body: MaybeOfCollection, context: Context) -> Reply:
        found = self._snapshots.of(context.database, body.collection_name)
        return Reply([snapshot.name for snapshot in found])

    def describe(self, body: OfSnapshot, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        found = self._snapshots.info(collection, body.snapshot_name)
        return Reply(
            {
                "snapshotName": found.name,
                "description": found.description,
                "collectionName": found.collection,
                "partitionNames": found.partitions,
                "createTs": found.created_ms,
                "s3Location": found.location,
                "rowCount": found.rows,
                "sizeBytes": found.size_bytes,
                "pins": found.pins,
            }
        )

    def restore(self, body: Restoring, context: Context) -> Reply:
        source = self._collections.get(body.source_db_name or context.database, body.source_collection_name)
        database = body.target_db_name or context.database
        return Reply(
            {"jobId": self._snapshots.restore(source, body.snapshot_name, database, body.target_collection_name)}
        )

    def pin(self, body: Pinning, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        return Reply({"pinId": self._snapshots.pin(collection, body.snapshot_name, body.ttl_seconds)})

    def unpin(self, body: OfPin, context: Context) -> Reply:
        self._snapshots.unpin(body.pin_id)
        return Reply()

    def describe_job(self, body: OfJob, context: Context) -> Reply:
        return Reply(_job(self._snapshots.restored(body.job_id)))

    def list_jobs(self, body: MaybeOfCollection, context: Context) -> Reply:
        found = self._snapshots.restores(context.database, body.collection_name)
        return Reply({"records": [_job(one) for one in found]})


def _job(found: RestoreStatus) -> dict[str, Any]:
    return {
        "jobId": found.job_id,
        "snapshotName": found.snapshot,
        "dbName": found.database,
        "collectionName": found.collection,
        "state": f"RestoreSnapshot{found.state.capitalize()}",
        "progress": found.progress,
        "reason": found.reason,
        "startTime": found.started_ms,
        "timeCost": found.took_ms,
    }
