"""HybridSearchRequest -> HybridSpec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elanus.doors.grpc_v2.messages import Message
from elanus.doors.grpc_v2.parameters import boolean, json_object, texts
from elanus.doors.grpc_v2.query_vectors import query_vectors
from elanus.doors.grpc_v2.search_requests import SearchReader
from elanus.doors.options import real, whole
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.service.search.hybrid import HybridSpec
from elanus.service.search.rerank import ReciprocalRank, Reranker, Weighted


def read_hybrid(request: Message, reader: SearchReader) -> HybridSpec:
    """Raises ParameterInvalid for an option that cannot be read, NotImplementedYet for one not offered."""
    if request.HasField("function_score") or request.function_chains:
        raise NotImplementedYet("rerank functions are not implemented by Elanus yet, use the rrf or weighted ranker")
    options = texts(request.rank_params)
    if options.get("group_by_field"):
        raise NotImplementedYet("group_by_field of a hybrid search is not implemented by Elanus yet")
    return HybridSpec(
        searches=[(reader.read(one).spec, query_vectors(one)) for one in request.requests],
        reranker=_reranker(options.get("strategy", "rrf"), json_object(options.get("params", ""), "params")),
        k=whole(options.get("limit", "0"), "limit"),
        offset=whole(options.get("offset", "0"), "offset"),
        output_fields=tuple(request.output_fields),
        round_decimal=whole(options.get("round_decimal", "-1"), "round_decimal"),
    )


def _reranker(strategy: str, params: Mapping[str, Any]) -> Reranker:
    if strategy == "rrf":
        return ReciprocalRank(real(params.get("k", 60), "k"))
    if strategy == "weighted":
        weights = params.get("weights")
        if not isinstance(weights, list):
            raise ParameterInvalid("The weights param of the weighted ranker is not found or not a list")
        return Weighted(tuple(real(one, "weight") for one in weights), boolean(params.get("norm_score", False)))
    raise ParameterInvalid(f"unsupported rank type {strategy}, allowed: rrf, weighted")
