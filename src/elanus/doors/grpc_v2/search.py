"""RPCs that search and query."""

from __future__ import annotations

import uuid

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.early import travel_ts
from elanus.doors.grpc_v2.hybrid_requests import read_hybrid
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.query_requests import read_query
from elanus.doors.grpc_v2.query_vectors import query_vectors
from elanus.doors.grpc_v2.results import field_data, fields_data, int64_column, write_ids
from elanus.doors.grpc_v2.search_requests import ReadSearch, SearchReader
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.search.requests import QueryResult, SearchResult, SearchSpec
from elanus.service import Service
from elanus.service.search.params import check_generation
from elanus.service.search.searches import pinned

COUNT = "count(*)"


class SearchCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._searches = service.searches
        self._reader = SearchReader()

    def Search(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        read = self._reader.read(request)
        _check_same_collection(collection, read.collection_id)
        check_generation(collection, read.spec, context.generation())
        spec = pinned(read.spec, travel_ts(request, context))
        if len(request.placeholder_group):
            result = self._searches.search(collection, spec, query_vectors(request))
        else:
            result = self._searches.search_by_ids(collection, spec, _ids(request.ids))
        return _search_reply(collection, read, result)

    def HybridSearch(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        spec = read_hybrid(request, self._reader)
        result = self._searches.hybrid_search(collection, spec)
        return _search_reply(collection, ReadSearch(SearchSpec(k=spec.k)), result)

    def Query(self, request: Message, context: CallContext) -> Message:
        collection = self._collections.get(context.database(request), request.collection_name)
        read = read_query(request)
        _check_same_collection(collection, read.collection_id)
        spec = pinned(read.spec, travel_ts(request, context))
        return _query_reply(collection, self._searches.query(collection, spec))


def _check_same_collection(collection: Collection, expected_id: int) -> None:
    if expected_id and expected_id != collection.id:
        raise ParameterInvalid(
            f"alias or database may have been changed, collection id expected: {expected_id}, now: {collection.id}"
        )


def _ids(ids: Message) -> tuple[int, ...] | tuple[str, ...]:
    return tuple(ids.int_id.data) or tuple(ids.str_id.data)


def _search_reply(collection: Collection, read: ReadSearch, result: SearchResult) -> Message:
    reply = milvus_pb2.SearchResults()
    reply.status.SetInParent()
    reply.collection_name = collection.name
    data = reply.results
    data.num_queries = len(result.counts)
    data.top_k = read.spec.k
    data.topks.extend(result.counts)
    data.scores.extend(result.scores.tolist())
    data.primary_field_name = result.primary_name
    write_ids(data.ids, result.ids)
    if result.columns:
        data.fields_data.extend(fields_data(result.schema, result.columns))
    data.output_fields.extend(result.output_fields)
    if result.group_values is not None:
        data.group_by_field_value.CopyFrom(field_data(result.schema.by_name[read.spec.group_by], result.group_values))
    if read.is_iterator:
        reply.session_ts = read.spec.snapshot_ts or result.read_ts
    if read.spec.iterator_batch:
        data.search_iterator_v2_results.token = read.iterator_token or uuid.uuid4().hex
        data.search_iterator_v2_results.last_bound = result.iterator_bound or 0.0
    return reply


def _query_reply(collection: Collection, result: QueryResult) -> Message:
    reply = milvus_pb2.QueryResults(
        collection_name=collection.name,
        session_ts=result.read_ts,
        primary_field_name=result.primary_name,
        output_fields=result.output_fields,
    )
    reply.status.SetInParent()
    if result.count is not None:
        reply.fields_data.append(int64_column(COUNT, [result.count]))
    else:
        reply.fields_data.extend(fields_data(result.schema, result.columns))
    return reply
