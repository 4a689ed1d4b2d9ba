"""Calls that search."""

from __future__ import annotations

from elanus.doors.rest.answers import Answers
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Work
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.keys import primary_keys
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.consistency import check_consistency
from elanus.doors.rest.v2.entities import NO_COST
from elanus.doors.rest.v2.search_bodies import HybridSearch, Search
from elanus.doors.rest.v2.search_specs import hybrid_spec, query_vectors, search_spec
from elanus.engine.collection import Collection
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.search.requests import SearchResult
from elanus.service import Service


class SearchCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._searches = service.searches

    def endpoints(self) -> list[Endpoint]:
        hybrid = "Several searches merged into one list of rows."
        return [
            V2.endpoint("entities/search", Search, self.search, "The nearest rows of each query vector."),
            V2.endpoint("entities/hybrid_search", HybridSearch, self.hybrid_search, hybrid),
            V2.endpoint("entities/advanced_search", HybridSearch, self.hybrid_search, hybrid),
        ]

    def search(self, body: Search, context: Context) -> Reply:
        _check(body)
        collection = self._collection(body, context)
        spec = search_spec(body)
        if body.ids:
            ids = primary_keys(collection.schema.primary, body.ids)
            result = self._searches.search_by_ids(collection, spec, ids)
        else:
            result = self._searches.search(collection, spec, query_vectors(collection.schema, body))
        return _found(result, context, Work(searched=len(result.counts)))

    def hybrid_search(self, body: HybridSearch, context: Context) -> Reply:
        check_consistency(body.consistency_level)
        if body.function_score:
            raise NotImplementedYet("functionScore is not implemented by Elanus yet, use rerank")
        if body.grouping_field:
            raise NotImplementedYet("groupingField of a hybrid search is not implemented by Elanus yet")
        collection = self._collection(body, context)
        result = self._searches.hybrid_search(collection, hybrid_spec(collection.schema, body))
        return _found(result, context, Work(searched=len(body.search) * len(result.counts)))

    def _collection(self, body: Search | HybridSearch, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def _check(body: Search) -> None:
    check_consistency(body.consistency_level)
    if not body.data and not body.ids:
        raise ParameterInvalid(
            "either 'ids' (for primary key search) or 'data' (for vector search) must be provided: invalid parameter"
        )
    if body.data and body.ids:
        raise ParameterInvalid("'ids' and 'data' cannot be provided at the same time: invalid parameter")
    for name in ("function_score", "function_chains", "search_aggregation"):
        if getattr(body, name):
            raise NotImplementedYet(f"{name} of a search is not implemented by Elanus yet")


def _found(result: SearchResult, context: Context, work: Work) -> Reply:
    rows = Answers(int64_as_text=context.int64_as_text).searched(result)
    return Reply(rows, {**NO_COST, "topks": result.counts}, work)
