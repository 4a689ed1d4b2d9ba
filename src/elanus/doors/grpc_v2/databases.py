"""RPCs on databases."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.parameters import pairs, texts
from elanus.doors.grpc_v2.status import ok
from elanus.service import Service


class DatabaseCalls:
    def __init__(self, service: Service) -> None:
        self._databases = service.databases
        self._access = service.access

    def CreateDatabase(self, request: Message, _context: CallContext) -> Message:
        self._databases.create(request.db_name, texts(request.properties))
        return ok()

    def DropDatabase(self, request: Message, _context: CallContext) -> Message:
        self._databases.drop(request.db_name)
        return ok()

    def ListDatabases(self, _request: Message, context: CallContext) -> Message:
        found = [one for one in self._databases.list() if self._access.sees_database(context.caller, one.name)]
        return milvus_pb2.ListDatabasesResponse(
            status=ok(),
            db_names=[database.name for database in found],
            created_timestamp=[database.created_ts for database in found],
            db_ids=[database.id for database in found],
        )

    def AlterDatabase(self, request: Message, _context: CallContext) -> Message:
        self._databases.alter(request.db_name, texts(request.properties), list(request.delete_keys))
        return ok()

    def DescribeDatabase(self, request: Message, _context: CallContext) -> Message:
        found = self._databases.get(request.db_name)
        return milvus_pb2.DescribeDatabaseResponse(
            status=ok(),
            db_name=found.name,
            dbID=found.id,
            created_timestamp=found.created_ts,
            properties=pairs(found.properties),
        )
