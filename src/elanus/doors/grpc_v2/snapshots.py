"""RPCs on snapshots."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.snapshots.infos import NewSnapshot, RestoreStatus
from elanus.service import Service


class SnapshotCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._snapshots = service.snapshots

    def CreateSnapshot(self, request: Message, context: CallContext) -> Message:
        asked = NewSnapshot(request.name, request.description, request.compaction_protection_seconds)
        self._snapshots.create(self._collection(request, context), asked)
        return ok()

    def DropSnapshot(self, request: Message, context: CallContext) -> Message:
        self._snapshots.drop(self._collection(request, context), request.name)
        return ok()

    def ListSnapshots(self, request: Message, context: CallContext) -> Message:
        found = self._snapshots.of(context.database(request), request.collection_name)
        return milvus_pb2.ListSnapshotsResponse(status=ok(), snapshots=[snapshot.name for snapshot in found])

    def DescribeSnapshot(self, request: Message, context: CallContext) -> Message:
        found = self._snapshots.info(self._collection(request, context), request.name)
        return milvus_pb2.DescribeSnapshotResponse(
            status=ok(),
            name=found.name,
            description=found.description,
            collection_name=found.collection,
            partition_names=found.partitions,
            create_ts=found.created_ms,
            s3_location=found.location,
        )

    def RestoreSnapshot(self, request: Message, context: CallContext) -> Message:
        source = self._collection(request, context)
        database = request.target_db_name or context.database(request)
        job_id = self._snapshots.restore(source, request.name, database, request.target_collection_name)
        return milvus_pb2.RestoreSnapshotResponse(status=ok(), job_id=job_id)

    def GetRestoreSnapshotState(self, request: Message, context: CallContext) -> Message:
        found = self._snapshots.restored(request.job_id)
        return milvus_pb2.GetRestoreSnapshotStateResponse(status=ok(), info=_job(found))

    def ListRestoreSnapshotJobs(self, request: Message, context: CallContext) -> Message:
        found = self._snapshots.restores(context.database(request), request.collection_name)
        return milvus_pb2.ListRestoreSnapshotJobsResponse(status=ok(), jobs=[_job(one) for one in found])

    def PinSnapshotData(self, request: Message, context: CallContext) -> Message:
        pin_id = self._snapshots.pin(self._collection(request, context), request.name, request.ttl_seconds)
        return milvus_pb2.PinSnapshotDataResponse(status=ok(), pin_id=pin_id)

    def UnpinSnapshotData(self, request: Message, context: CallContext) -> Message:
        self._snapshots.unpin(request.pin_id)
        return ok()

    def _collection(self, request: Message, context: CallContext) -> Collection:
        return self._collections.get(context.database(request), request.collection_name)


def _job(found: RestoreStatus) -> Message:
    return milvus_pb2.RestoreSnapshotInfo(
        job_id=found.job_id,
        snapshot_name=found.snapshot,
        db_name=found.database,
        collection_name=found.collection,
        state=f"RestoreSnapshot{found.state.capitalize()}",
        progress=found.progress,
        reason=found.reason,
        start_time=found.started_ms,
        time_cost=found.took_ms,
    )
