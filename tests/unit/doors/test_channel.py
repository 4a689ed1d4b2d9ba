"""The in-process channel as gRPC's own callers use one."""

from __future__ import annotations

import grpc
import pytest

from elanus.doors.embedded import database
from elanus.doors.embedded.channel import EmbeddedChannel
from elanus.doors.embedded.database import give_back
from elanus.doors.embedded.owner import Owner, OwnerLost
from elanus.doors.grpc_v2.messages import milvus_pb2, path


@pytest.fixture
def channel(tmp_path):
    with EmbeddedChannel(tmp_path / "a.db") as channel:
        yield channel


def test_call_with_call_and_future(channel):
    version = channel.unary_unary(path("GetVersion"))
    request = milvus_pb2.GetVersionRequest()
    assert "elanus" in version(request).version
    answer, call = version.with_call(request)
    assert answer == version.future(request).result()
    assert call.code() is grpc.StatusCode.OK


def test_interceptors_work_on_it(channel):
    class Adds(grpc.UnaryUnaryClientInterceptor):
        def intercept_unary_unary(self, continuation, details, request):
            request.db_name = "nope"
            return continuation(details, request)

    describe = grpc.intercept_channel(channel, Adds()).unary_unary(path("DescribeDatabase"))
    assert describe(milvus_pb2.DescribeDatabaseRequest()).status.code == 800


def test_unknown_call_is_unimplemented(channel):
    call = channel.unary_unary(path("CreateResourceGroup"))
    with pytest.raises(grpc.RpcError, match="CreateResourceGroup is not implemented by Elanus yet") as refused:
        call(milvus_pb2.CreateResourceGroupRequest())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert isinstance(call.future(milvus_pb2.CreateResourceGroupRequest()).exception(), grpc.RpcError)


def test_database_of_the_connection(channel):
    listing = channel.unary_unary(path("ShowCollections"))
    answer = listing(milvus_pb2.ShowCollectionsRequest(), metadata=[("dbname", "nope")])
    assert answer.status.code == 800


def test_closed_channel_refuses_calls(tmp_path):
    channel = EmbeddedChannel(tmp_path / "a.db")
    call = channel.unary_unary(path("GetVersion"))
    channel.close()
    channel.close()
    with pytest.raises(ValueError, match="closed channel"):
        call(milvus_pb2.GetVersionRequest())


def test_last_channel_closes_the_database(tmp_path):
    others = set(database._open)
    first, second = EmbeddedChannel(tmp_path / "a.db"), EmbeddedChannel(tmp_path / "." / "a.db")
    assert set(database._open) - others == {first.path} == {second.path}
    first.close()
    assert set(database._open) - others == {second.path}
    second.close()
    assert set(database._open) == others


class _EndedOwner(Owner):
    """An owner that ends while it answers."""

    def __init__(self):
        self.lost = False

    def call(self, *_arguments):
        raise OwnerLost("gone")

    def close(self):
        pass


def test_reading_is_repeated_after_the_owner_ended(channel):
    give_back(channel._route)
    channel._route = _EndedOwner()
    version = channel.unary_unary(path("GetVersion"))
    assert "elanus" in version(milvus_pb2.GetVersionRequest()).version
    assert channel.path in database._open


def test_writing_is_not_repeated_after_the_owner_ended(channel):
    give_back(channel._route)
    channel._route = _EndedOwner()
    create = channel.unary_unary(path("CreateDatabase"))
    status = create(milvus_pb2.CreateDatabaseRequest(db_name="d"))
    assert (status.code, status.retriable) == (2, True)
    assert "it may or may not have been done" in status.reason
    assert create(milvus_pb2.CreateDatabaseRequest(db_name="d")).code == 0
