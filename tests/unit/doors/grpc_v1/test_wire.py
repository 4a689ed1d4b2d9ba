"""The calls of 1.x on both wires: malformed bytes, unknown methods, a server that stops during a call."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import grpc
import numpy as np
import pytest

from elanus.config import Settings
from elanus.doors.grpc_v1.messages import SERVICE, path
from elanus.doors.protocols import request_class, response_class
from elanus.server.app import Server
from unit.doors.grpc_v1.asking import opened, params, records

ROWS = np.random.default_rng(3).random((20000, 64), np.float32)


@pytest.fixture(params=["http2", "grpcio"])
def server(request, tmp_path) -> Iterator[Server]:
    server = Server(Settings(data=tmp_path, port=0, metrics_port=0, wire=request.param, drain_seconds=1.0))
    yield server
    server.close()


@pytest.fixture
def channel(server) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


def call(channel, name, **fields):
    ask = channel.unary_unary(
        path(name),
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=response_class(path(name)).FromString,
    )
    return ask(request_class(path(name))(**fields), timeout=60)


def refused(channel, method: str, data: bytes) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as refusal:
        channel.unary_unary(method)(data, timeout=10)
    return refusal.value


def test_what_cannot_be_read_is_refused_and_the_server_goes_on(channel) -> None:
    for data in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x08\x96\x01\x0a\x02\xff\xfe"):
        assert refused(channel, path("Search"), data).code() is grpc.StatusCode.INTERNAL
    assert call(channel, "Cmd", cmd="version").string_reply == "1.1.1"


def test_methods_that_are_not_there(channel) -> None:
    placeholder = refused(channel, path("HybridSearch"), b"")
    assert placeholder.code() is grpc.StatusCode.UNIMPLEMENTED
    assert placeholder.details() == "HybridSearch is not implemented by Elanus yet"
    assert refused(channel, f"/{SERVICE}/Nonsense", b"").code() is grpc.StatusCode.UNIMPLEMENTED


def test_rows_go_in_and_are_counted(channel, server) -> None:
    call(channel, "CreateCollection", collection_name="t", dimension=64, index_file_size=64, metric_type=1)
    ids = call(channel, "Insert", collection_name="t", row_record_array=records(ROWS[:100])).vector_id_array
    found = call(channel, "Search", collection_name="t", query_record_array=records(ROWS[:2]), topk=1)
    assert list(found.ids) == list(ids[:2])


def test_a_call_that_waits_does_not_keep_the_server_from_stopping(tmp_path) -> None:
    """Nor any other call, though there is one thread for them."""
    settings = Settings(data=tmp_path, port=0, metrics_port=0, drain_seconds=20.0, build_threads=1, rpc_threads=1)
    server, answers = Server(settings), []
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call(channel, "CreateCollection", collection_name="t", dimension=64, index_file_size=64, metric_type=1)
        call(channel, "Insert", collection_name="t", row_record_array=records(ROWS))
        hnsw = {"collection_name": "t", "index_type": 11, "extra_params": params(M=64, efConstruction=512)}
        waiting = threading.Thread(target=lambda: answers.append(call(channel, "CreateIndex", **hnsw)))
        waiting.start()
        while not server._engine.collection("", "t").indexes.statuses()[0].switching_to:
            pass
        more = call(channel, "Insert", collection_name="t", row_record_array=records(ROWS[:2]))
        assert (more.status.error_code, answers) == (0, [])
        server.close()
        waiting.join(10)
    assert (answers[0].error_code, "the server is stopping" in answers[0].reason) == (1, True), answers
    with opened(tmp_path) as door:
        (index,) = door.service.collections.get("", "t").indexes.statuses()
        assert (index.type, index.switching_to) == ("FLAT", "HNSW")
