"""RPCs on the index of a collection."""

from __future__ import annotations

from elanus.doors.grpc_v1.messages import IndexParam, Message
from elanus.doors.grpc_v1.parameters import params_pair, read_params
from elanus.doors.grpc_v1.status import ok
from elanus.service import Service


class IndexCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._indexes = service.v1.indexes

    def CreateIndex(self, request: Message, _context: object) -> Message:
        """Answers when the index is built; it goes on being built when the client hangs up."""
        table = self._collections.table(request.collection_name)
        self._indexes.create(table, request.index_type, read_params(request.extra_params))
        return ok()

    def DescribeIndex(self, request: Message, _context: object) -> Message:
        index = self._indexes.describe(self._collections.table(request.collection_name))
        return IndexParam(
            status=ok(),
            collection_name=request.collection_name,
            index_type=index.code,
            extra_params=[params_pair(index.params)],
        )

    def DropIndex(self, request: Message, _context: object) -> Message:
        self._indexes.drop(self._collections.table(request.collection_name))
        return ok()
