"""RPCs on collections."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, common_pb2, milvus_pb2
from elanus.doors.grpc_v2.parameters import pairs, texts
from elanus.doors.grpc_v2.schemas import draft_of, schema_message
from elanus.doors.grpc_v2.status import ok
from elanus.engine.collection import Collection
from elanus.engine.requests import LoadState
from elanus.errors import CollectionNotFound, CollectionNotLoaded
from elanus.service import Service
from elanus.service.collections import schema_timestamp

_UNEXPECTED_ERROR = 1
_LOGICAL_BITS = 18


class CollectionCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._databases = service.databases
        self._access = service.access

    def CreateCollection(self, request: Message, context: CallContext) -> Message:
        self._collections.create(context.database(request), draft_of(request))
        return ok()

    def DropCollection(self, request: Message, context: CallContext) -> Message:
        self._collections.drop(context.database(request), request.collection_name)
        return ok()

    def HasCollection(self, request: Message, context: CallContext) -> Message:
        try:
            self._collections.get(context.database(request), request.collection_name)
        except CollectionNotFound:
            return milvus_pb2.BoolResponse(value=False)
        return milvus_pb2.BoolResponse(value=True)

    def DescribeCollection(self, request: Message, context: CallContext) -> Message:
        return self._described(context.database(request), request.collection_name, request.collectionID)

    def BatchDescribeCollection(self, request: Message, context: CallContext) -> Message:
        """One description for each name, else for each id; one that is missing says so in its own status."""
        database = context.database(request)
        names = [(name, 0) for name in request.collection_name]
        wanted = names or [("", collection_id) for collection_id in request.collectionID]
        responses = [self._described(database, name, collection_id) for name, collection_id in wanted]
        return milvus_pb2.BatchDescribeCollectionResponse(status=ok(), responses=responses)

    def GetCollectionStatistics(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        stats = pairs({"row_count": str(collection.row_count())})
        return milvus_pb2.GetCollectionStatisticsResponse(stats=stats)

    def ShowCollections(self, request: Message, context: CallContext) -> Message:
        database = context.database(request)
        if request.collection_names:
            shown = [self._collections.get(database, name) for name in request.collection_names]
        else:
            shown = self._collections.list(database)
        shown = [one for one in shown if self._access.sees_collection(context.caller, database, one.name)]
        if request.type == milvus_pb2.ShowType.InMemory:
            shown = self._loaded(shown, named=bool(request.collection_names))
        return milvus_pb2.ShowCollectionsResponse(
            collection_names=[collection.name for collection in shown],
            collection_ids=[collection.id for collection in shown],
            created_timestamps=[collection.created_ts for collection in shown],
            created_utc_timestamps=[collection.created_ts >> _LOGICAL_BITS for collection in shown],
            inMemory_percentages=[collection.load_progress() for collection in shown],
            query_service_available=[collection.load_state() is LoadState.LOADED for collection in shown],
            shards_num=[collection.shards for collection in shown],
        )

    def RenameCollection(self, request: Message, context: CallContext) -> Message:
        self._collections.rename(context.database(request), request.oldName, request.newDBName, request.newName)
        return ok()

    def AlterCollection(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        self._collections.alter(collection, texts(request.properties), list(request.delete_keys))
        return ok()

    def TruncateCollection(self, request: Message, context: CallContext) -> Message:
        self._collections.get(context.database(request), request.collection_name).truncate()
        return milvus_pb2.TruncateCollectionResponse(status=ok())

    def _described(self, database: str, name: str, collection_id: int) -> Message:
        try:
            collection = self._collections.find(database, name, collection_id)
        except CollectionNotFound as missing:
            status = _status_every_client_reads(missing, name or str(collection_id))
            return milvus_pb2.DescribeCollectionResponse(status=status)
        return _description(collection, self._databases.get(database).id)

    def _loaded(self, shown: list[Collection], *, named: bool) -> list[Collection]:
        """Those in memory. A client of 2.1 polls one by name and would wait for ever for one that is not."""
        loaded = [collection for collection in shown if collection.load_state() is not LoadState.NOT_LOAD]
        if named and len(loaded) < len(shown):
            missing = next(collection.name for collection in shown if collection not in loaded)
            raise CollectionNotLoaded(f"collection not loaded[collection={missing}]")
        return loaded


def _status_every_client_reads(missing: CollectionNotFound, name: str) -> Message:
    """pymilvus takes this answer for "there is none": 2.2 by number 1 and the text, later ones by the code."""
    return common_pb2.Status(
        code=missing.code,
        error_code=_UNEXPECTED_ERROR,
        reason=f"can't find collection[collection={name}]: {missing.message}",
        detail=missing.detail,
        extra_info={"is_input_error": "true"},
    )


def _description(collection: Collection, database_id: int) -> Message:
    channel = f"elanus-{collection.id}-v0"
    return milvus_pb2.DescribeCollectionResponse(
        status=ok(),
        schema=schema_message(collection.schema),
        collectionID=collection.id,
        collection_name=collection.name,
        db_name=collection.database,
        db_id=database_id,
        aliases=collection.aliases,
        shards_num=collection.shards,
        num_partitions=collection.num_partitions or len(collection.partitions),
        consistency_level=collection.consistency_level,
        created_timestamp=collection.created_ts,
        created_utc_timestamp=collection.created_ts >> _LOGICAL_BITS,
        update_timestamp=schema_timestamp(collection),
        update_timestamp_str=str(schema_timestamp(collection)),
        properties=pairs(collection.properties),
        virtual_channel_names=[channel],
        physical_channel_names=[channel],
    )
