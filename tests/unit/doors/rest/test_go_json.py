"""Messages are written as Go's plain JSON encoder writes them."""

from __future__ import annotations

import numpy as np

from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2, schema_pb2
from elanus.doors.rest.lowlevel.go_json import answered, shown


def test_zero_values_are_left_out_and_numbers_stay_numbers():
    reply = milvus_pb2.GetIndexStateResponse(status=common_pb2.Status(), state=3)
    assert shown(reply) == {"status": {}, "state": 3}
    reply = milvus_pb2.MutationResult(timestamp=2**60, insert_cnt=0)
    assert shown(reply) == {"timestamp": 2**60}


def test_status_is_there_also_when_it_says_nothing():
    assert answered(milvus_pb2.BoolResponse(value=True)) == {"status": {}, "value": True}
    assert answered(common_pb2.Status()) == {}
    assert answered(common_pb2.Status(code=100, reason="none")) == {"code": 100, "reason": "none"}


def test_oneof_stands_inside_two_structs():
    ids = schema_pb2.IDs(int_id=schema_pb2.LongArray(data=[1, 2]))
    assert shown(milvus_pb2.MutationResult(IDs=ids)) == {"IDs": {"IdField": {"IntId": {"data": [1, 2]}}}}


def test_floats_keep_their_size_bytes_are_base64_maps_are_objects():
    floats = shown(schema_pb2.FloatArray(data=[0.1]))["data"]
    assert floats.dtype == np.float32
    assert shown(common_pb2.KeyDataPair(key="k", data=b"\x00\xff")) == {"key": "k", "data": "AP8="}
    flushed = milvus_pb2.FlushResponse()
    flushed.coll_segIDs["c"].data.append(7)
    flushed.coll_flush_ts["c"] = 9
    assert shown(flushed) == {"coll_segIDs": {"c": {"data": [7]}}, "coll_flush_ts": {"c": 9}}
