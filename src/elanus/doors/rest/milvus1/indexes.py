"""Calls on the index of a collection."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request
from elanus.doors.rest.milvus1.call import GONE, MADE, Body, Reply, body_of, endpoint
from elanus.errors import IndexNotSupported
from elanus.service import Service

CODES = {"FLAT": 1, "IVFFLAT": 2, "IVFSQ8": 3, "RNSG": 4, "IVFSQ8H": 5, "IVFPQ": 6, "HNSW": 11, "ANNOY": 12}
"""What this API calls the types, by their numbers in the 1.x protocol."""
_NAMES = {code: name for name, code in CODES.items()}


class NewIndex(Body, frozen=True, kw_only=True):
    index_type: str
    params: dict[str, Any] = field(default_factory=dict)


class IndexCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._indexes = service.v1.indexes

    def endpoints(self) -> list[Endpoint]:
        path = "/collections/{collection}/indexes"
        return [
            endpoint("POST", path, self.create, "Replace the index; answers when it is built.", NewIndex),
            endpoint("GET", path, self.describe, "Type and parameters of the index."),
            endpoint("DELETE", path, self.drop, "Back to FLAT."),
        ]

    def create(self, request: Request) -> Reply:
        body = body_of(request, NewIndex)
        if body.index_type not in CODES:
            raise IndexNotSupported(f"Unsupported index type: {body.index_type}. Known are {', '.join(CODES)}.")
        table = self._collections.table(request.parameters["collection"])
        self._indexes.create(table, CODES[body.index_type], body.params)
        return MADE

    def describe(self, request: Request) -> Reply:
        index = self._indexes.describe(self._collections.table(request.parameters["collection"]))
        return Reply({"index_type": index_name(index.code), "params": index.params})

    def drop(self, request: Request) -> Reply:
        self._indexes.drop(self._collections.table(request.parameters["collection"]))
        return GONE


def index_name(code: int) -> str:
    """A number without a name stands for itself."""
    return _NAMES.get(code, str(code))
