"""The server's side of the admin door for snapshots: the methods and what answers each."""

from __future__ import annotations

from collections.abc import Mapping

from elanus.doors.admin import snapshot_wire as wire
from elanus.doors.admin.index_calls import Method, named
from elanus.doors.admin.wire import Target
from elanus.engine.snapshots.infos import NewSnapshot, RestoreStatus, SnapshotInfo
from elanus.service import Service
from elanus.service.access import Caller


def _list(service: Service, target: Target, _caller: Caller) -> list[SnapshotInfo]:
    return service.snapshots.of(target.database, target.collection)


def _create(service: Service, asked: wire.NamedSnapshot, _caller: Caller) -> SnapshotInfo:
    collection = named(service, asked.target)
    service.snapshots.create(collection, NewSnapshot(asked.name, asked.description))
    return service.snapshots.info(collection, asked.name)


def _drop(service: Service, asked: wire.NamedSnapshot, _caller: Caller) -> None:
    service.snapshots.drop(named(service, asked.target), asked.name)


def _restore(service: Service, asked: wire.Restoring, caller: Caller) -> int:
    service.access.require(caller, "RestoreSnapshot", asked.database, asked.collection)
    return service.snapshots.restore(named(service, asked.target), asked.name, asked.database, asked.collection)


def _restored(service: Service, asked: wire.RestoreJob, _caller: Caller) -> RestoreStatus:
    return service.snapshots.restored(asked.job_id)


SNAPSHOT_METHODS: Mapping[str, Method] = {
    "ListSnapshots": Method(Target, _list, "ListSnapshots"),
    "CreateSnapshot": Method(wire.NamedSnapshot, _create, "CreateSnapshot"),
    "DropSnapshot": Method(wire.NamedSnapshot, _drop, "DropSnapshot"),
    "RestoreSnapshot": Method(wire.Restoring, _restore, "RestoreSnapshot"),
    "DescribeRestore": Method(wire.RestoreJob, _restored, "RestoreSnapshot"),
}
