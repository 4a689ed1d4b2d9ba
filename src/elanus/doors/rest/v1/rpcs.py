"""Which RPC of Milvus each call of v1 amounts to: whoever may do that by gRPC may do this."""

from __future__ import annotations

from collections.abc import Mapping

from elanus.doors.rest.v1.address import V1

RPCS: Mapping[str, str] = {
    V1.prefix + path: rpc
    for path, rpc in {
        "collections": "ShowCollections",
        "collections/describe": "DescribeCollection",
        "collections/create": "CreateCollection",
        "collections/drop": "DropCollection",
        "query": "Query",
        "get": "Query",
        "delete": "Delete",
        "insert": "Insert",
        "upsert": "Upsert",
        "search": "Search",
    }.items()
}
"""By path."""
