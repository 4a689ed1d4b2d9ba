"""RPCs on bulk imports."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, common_pb2, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.engine.imports.job import ImportStatus
from elanus.service import Service
from elanus.service.imports.imports import ImportRequest
from elanus.storage.clock import physical_ms

_STATES = {
    "pending": common_pb2.ImportPending,
    "started": common_pb2.ImportStarted,
    "persisted": common_pb2.ImportPersisted,
    "completed": common_pb2.ImportCompleted,
    "failed": common_pb2.ImportFailed,
}


class ImportCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._imports = service.imports
        self._access = service.access

    def Import(self, request: Message, context: CallContext) -> Message:
        """The files of a call are read as one: more than one are the NumPy files of the fields."""
        collection = self._collections.get(context.database(request), request.collection_name)
        options = {pair.key: pair.value for pair in request.options}
        wanted = ImportRequest([list(request.files)], request.partition_name, options)
        return milvus_pb2.ImportResponse(status=ok(), tasks=[self._imports.start(collection, wanted)])

    def GetImportState(self, request: Message, _context: CallContext) -> Message:
        return _state_of(self._imports.status(request.task))

    def ListImportTasks(self, request: Message, context: CallContext) -> Message:
        """Of collections the caller may see. ``limit`` takes the newest; 0 or less = all."""
        database = context.database(request)
        every = self._imports.list(database, request.collection_name)
        found = [one for one in every if self._access.sees_collection(context.caller, database, one.record.collection)]
        newest = found[-request.limit :] if request.limit > 0 else found
        return milvus_pb2.ListImportTasksResponse(status=ok(), tasks=map(_state_of, newest))


def _state_of(job: ImportStatus) -> Message:
    record = job.record
    infos = {
        "files": ", ".join(file.name for file in record.files),
        "collection": record.collection,
        "partition": record.partition,
        "failed_reason": record.reason,
        "progress_percent": str(job.percent),
    }
    return milvus_pb2.GetImportStateResponse(
        status=ok(),
        state=_STATES[job.state],
        row_count=job.row_count,
        infos=[common_pb2.KeyValuePair(key=key, value=value) for key, value in infos.items()],
        id=record.id,
        collection_id=record.collection_id,
        create_ts=physical_ms(record.created_ts) // 1000,
    )
