"""The gRPC server with plain gRPC callers."""

from __future__ import annotations

import grpc
import pytest

from elanus.doors.grpc_v2.messages import milvus_pb2, path, request_class, response_class
from elanus.doors.grpcio_server import GrpcServer
from elanus.errors import NotReady


def _version(request, context):
    return milvus_pb2.GetVersionResponse(version=f"for {context.connected_database()}")


def _echo(request, _context):
    return request + b"!"


@pytest.fixture
def server():
    server = GrpcServer({path("GetVersion"): _version, "/other.Service/Echo": _echo})
    yield server
    server.stop(0.5)


def _call(channel, rpc_path, request, **more):
    method = channel.unary_unary(
        rpc_path,
        request_serializer=request_class(rpc_path).SerializeToString,
        response_deserializer=response_class(rpc_path).FromString,
    )
    return method(request, timeout=5, **more)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_calls_reach_the_handlers_with_their_metadata(server, tmp_path, kind):
    address = f"unix:{tmp_path}/s" if kind == "unix" else "127.0.0.1:0"
    port = server.bind(address)
    server.start()
    with grpc.insecure_channel(address if kind == "unix" else f"127.0.0.1:{port}") as channel:
        answer = _call(channel, path("GetVersion"), milvus_pb2.GetVersionRequest(), metadata=[("dbname", "mine")])
        assert answer.version == "for mine"
        assert channel.unary_unary("/other.Service/Echo")(b"hi", timeout=5) == b"hi!"


def test_calls_that_are_not_offered_are_named(server):
    port = server.bind("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(grpc.RpcError) as refused:
            _call(channel, path("CreateResourceGroup"), milvus_pb2.CreateResourceGroupRequest())
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert refused.value.details() == "CreateResourceGroup is not implemented by Elanus yet"


def test_port_in_use_is_refused(server):
    port = server.bind("127.0.0.1:0")
    server.start()
    second = GrpcServer({})
    with pytest.raises(NotReady, match=f"cannot listen on 127.0.0.1:{port}"):
        second.bind(f"127.0.0.1:{port}")
    second.stop(0)
