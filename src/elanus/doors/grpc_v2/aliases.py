"""RPCs on aliases."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.status import ok
from elanus.service import Service


class AliasCalls:
    def __init__(self, service: Service) -> None:
        self._aliases = service.aliases

    def CreateAlias(self, request: Message, context: CallContext) -> Message:
        self._aliases.create(context.database(request), request.alias, request.collection_name)
        return ok()

    def DropAlias(self, request: Message, context: CallContext) -> Message:
        self._aliases.drop(context.database(request), request.alias)
        return ok()

    def AlterAlias(self, request: Message, context: CallContext) -> Message:
        self._aliases.alter(context.database(request), request.alias, request.collection_name)
        return ok()

    def DescribeAlias(self, request: Message, context: CallContext) -> Message:
        database = context.database(request)
        target = self._aliases.target(database, request.alias)
        return milvus_pb2.DescribeAliasResponse(status=ok(), db_name=database, alias=request.alias, collection=target)

    def ListAliases(self, request: Message, context: CallContext) -> Message:
        database = context.database(request)
        names = self._aliases.list(database, request.collection_name)
        return milvus_pb2.ListAliasesResponse(
            status=ok(), db_name=database, collection_name=request.collection_name, aliases=names
        )
