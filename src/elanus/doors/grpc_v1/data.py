"""RPCs on rows."""

from __future__ import annotations

import numpy as np

from elanus.doors.grpc_v1.messages import Message, VectorIds, VectorsData
from elanus.doors.grpc_v1.rows import matrix_of, records_of
from elanus.doors.grpc_v1.status import ok
from elanus.service import Service
from elanus.service.v1.rows import FoundRows, Ids


class DataCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._rows = service.v1.rows

    def Insert(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        vectors = matrix_of(request.row_record_array)
        ids = self._rows.insert(table, vectors, ids_of(request.row_id_array), request.partition_tag)
        return VectorIds(status=ok(), vector_id_array=ids.tolist())

    def GetVectorsByID(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        found = self._rows.get(table, ids_of(request.id_array), request.partition_tag)
        return VectorsData(status=ok(), vectors_data=_records(found))

    def GetVectorIDs(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        ids = self._rows.ids_of_segment(table, request.segment_name)
        return VectorIds(status=ok(), vector_id_array=ids.tolist())

    def DeleteByID(self, request: Message, _context: object) -> Message:
        table = self._collections.table(request.collection_name)
        self._rows.delete(table, ids_of(request.id_array), request.partition_tag)
        return ok()


def ids_of(sent: Message) -> Ids:
    return np.array(sent, dtype=np.int64)


def _records(rows: FoundRows) -> list[bytes]:
    """A record for each id asked for, empty where there is no row."""
    records = iter(records_of(rows.vectors))
    return [next(records) if found else b"" for found in rows.found.tolist()]
