"""RPCs that search."""

from __future__ import annotations

import numpy as np

from elanus.doors.grpc_v1.data import ids_of
from elanus.doors.grpc_v1.messages import Message, TopKQueryResult
from elanus.doors.grpc_v1.parameters import read_params
from elanus.doors.grpc_v1.rows import matrix_of
from elanus.doors.grpc_v1.status import ok
from elanus.search.requests import SearchResult
from elanus.service import Service
from elanus.service.v1.search import Search

_NO_ID = -1
"""Fills the row of a query that found fewer than topk; clients stop reading at it."""
_FARTHEST = np.finfo(np.float32).max


class SearchCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._searches = service.v1.searches

    def Search(self, request: Message, _context: object) -> Message:
        return self._search(request, segments=())

    def SearchInFiles(self, request: Message, _context: object) -> Message:
        return self._search(request.search_param, segments=tuple(request.file_id_array))

    def SearchByID(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        result = self._searches.search_by_ids(table, _asked(request), ids_of(request.id_array))
        return _reply(result, request.topk)

    def _search(self, request: Message, segments: tuple[str, ...]) -> Message:
        table = self._collections.table(request.collection_name)
        result = self._searches.search(table, _asked(request, segments), matrix_of(request.query_record_array))
        return _reply(result, request.topk)


def _asked(request: Message, segments: tuple[str, ...] = ()) -> Search:
    return Search(
        topk=request.topk,
        tags=tuple(request.partition_tag_array),
        params=read_params(request.extra_params),
        segments=segments,
    )


def _reply(result: SearchResult, topk: int) -> Message:
    """Every query has topk entries, those that found fewer are filled up."""
    queries = len(result.counts)
    found = np.arange(topk) < np.array(result.counts)[:, None]
    ids = np.full((queries, topk), _NO_ID, np.int64)
    distances = np.full((queries, topk), _FARTHEST, np.float32)
    ids[found], distances[found] = result.ids, result.scores
    return TopKQueryResult(status=ok(), row_num=queries, ids=ids.ravel().tolist(), distances=distances.ravel().tolist())
