"""What only clients of Milvus 2.0 to 2.2 ask: distances between vectors, and reading at an earlier time."""

from __future__ import annotations

from typing import cast

import numpy as np

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.parameters import texts
from elanus.doors.grpc_v2.status import ok
from elanus.errors import ParameterInvalid
from elanus.index.base import Vectors
from elanus.index.generation import Generation
from elanus.service import Service
from elanus.service.search.distances import distances


class EarlyCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._searches = service.searches

    def CalcDistance(self, request: Message, context: CallContext) -> Message:
        params = texts(request.params)
        left, right = self._vectors(request.op_left, context), self._vectors(request.op_right, context)
        found = distances(left, right, params.get("metric", "L2"), context.generation())
        reply = milvus_pb2.CalcDistanceResults(status=ok())
        if found.dtype == np.int32:
            reply.int_dist.data.extend(found.ravel())
        else:
            reply.float_dist.data.extend(found.ravel())
        return reply

    def _vectors(self, sent: Message, context: CallContext) -> Vectors:
        """Vectors as sent, or those stored under primary keys."""
        if sent.WhichOneof("array") == "data_array":
            return _matrix(sent.data_array)
        ids = sent.id_array
        collection = self._collections.get(context.connected_database(), ids.collection_name)
        keys = tuple(ids.id_array.int_id.data) or tuple(ids.id_array.str_id.data)
        return self._searches.stored_vectors(collection, ids.field_name, keys, tuple(ids.partition_names))


def travel_ts(request: Message, context: CallContext) -> int:
    """The hybrid timestamp a search or query is to be read at; 0 = now. Clients later than 2.1 do not travel."""
    early = request.travel_timestamp and context.generation() is Generation.V2_0
    return int(request.travel_timestamp) if early else 0


def _matrix(field: Message) -> Vectors:
    if field.WhichOneof("data") == "binary_vector":
        flat, width = np.frombuffer(field.binary_vector, np.uint8), field.dim // 8
    else:
        flat, width = np.array(field.float_vector.data, np.float32), field.dim
    if width < 1 or not len(flat) or len(flat) % width:
        raise ParameterInvalid(f"{len(flat)} numbers are no vectors of dimension {field.dim}: invalid parameter")
    return cast("Vectors", flat.reshape(-1, width))
