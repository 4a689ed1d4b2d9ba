"""The protocol of 1.x on the wire: bytes written by hand, read by our classes, and back."""

from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError

from elanus.doors.grpc_v1 import messages
from elanus.doors.grpc_v1.proto import read_proto
from elanus.doors.protocols import RPCS, request_class, response_class

CALLED = {
    "CreateCollection", "HasCollection", "DescribeCollection", "CountCollection", "ShowCollections",
    "ShowCollectionInfo", "DropCollection", "CreateIndex", "DescribeIndex", "DropIndex", "CreatePartition",
    "HasPartition", "ShowPartitions", "DropPartition", "Insert", "GetVectorsByID", "GetVectorIDs", "Search",
    "SearchByID", "SearchInFiles", "Cmd", "DeleteByID", "PreloadCollection", "ReleaseCollection", "ReloadSegments",
    "Flush", "Compact",
}  # fmt: skip


def test_every_rpc_is_known() -> None:
    assert len(messages.RPCS) == 41
    assert {messages.path(name) for name in CALLED} < set(messages.RPCS)


@pytest.mark.parametrize(
    ("call", "wire", "fields"),
    [
        ("Cmd", b"\x0a\x07version", {"cmd": "version"}),
        ("CreateIndex", b"\x12\x01t\x18\x0b\x22\x0c\x0a\x06params\x12\x02{}", {"index_type": 11}),
        ("DeleteByID", b"\x0a\x01t\x12\x02\x05\x07\x1a\x01p", {"id_array": [5, 7], "partition_tag": "p"}),
        ("Search", b"\x0a\x01t\x12\x01p\x1a\x06\x0a\x04\x00\x00\x80\x3f\x20\x0a", {"topk": 10,
         "partition_tag_array": ["p"], "query_record_array": [b"\x0a\x04\x00\x00\x80\x3f"]}),
        ("Insert", b"\x0a\x01t\x12\x03\x12\x01\xff\x1a\x01\x09", {"row_record_array": [b"\x12\x01\xff"],
         "row_id_array": [9]}),
        ("CreateCollection", b"\x12\x01t\x18\x80\x01\x20\x80\x08\x28\x03", {"dimension": 128, "index_file_size": 1024,
         "metric_type": 3}),
    ],
)  # fmt: skip
def test_requests_are_read_from_their_bytes(call, wire, fields) -> None:
    message = request_class(messages.path(call)).FromString(wire)
    assert {name: _plain(getattr(message, name)) for name in fields} == fields
    assert message.SerializeToString() == wire


def test_answers_have_the_documented_numbers() -> None:
    found = messages.TopKQueryResult(status=messages.Status(error_code=4, reason="x"), row_num=1, ids=[7, -1],
                                     distances=[1.0, 0.5])  # fmt: skip
    minus_one = b"\xff" * 9 + b"\x01"
    assert found.SerializeToString() == (
        b"\x0a\x05\x08\x04\x12\x01x"
        + b"\x10\x01"
        + b"\x1a\x0b\x07"
        + minus_one
        + b"\x22\x08\x00\x00\x80\x3f\x00\x00\x00\x3f"
    )


def test_both_generations_live_in_one_process() -> None:
    """pymilvus has another ``milvus.proto`` in the pool that all share."""
    import pymilvus.grpc_gen.milvus_pb2 as newer

    assert response_class(messages.path("Search")).DESCRIPTOR.full_name == "milvus.grpc.TopKQueryResult"
    assert response_class("/milvus.proto.milvus.MilvusService/Search") is newer.SearchResults
    assert not {path for path in RPCS if path.startswith("/milvus.grpc.")} ^ set(messages.RPCS)


def test_bytes_that_are_no_message_are_refused() -> None:
    with pytest.raises(DecodeError):
        request_class(messages.path("Search")).FromString(b"\x0a\xff")


def test_a_proto_file_is_read() -> None:
    file = read_proto("x.proto", """
        package a.b;  // a comment with { braces; }
        message One { int64 n = 3; repeated Two twos = 4; }
        message Two { repeated bytes rows = 1; }
        service S { rpc Ask (One) returns (Two); }
    """)  # fmt: skip
    assert [message.name for message in file.message_type] == ["One", "Two"]
    assert [(field.name, field.number, field.type_name) for field in file.message_type[0].field] == [
        ("n", 3, ""),
        ("twos", 4, ".a.b.Two"),
    ]
    assert file.service[0].method[0].output_type == ".a.b.Two"


def _plain(value):
    return value if isinstance(value, int | str) else list(value)
