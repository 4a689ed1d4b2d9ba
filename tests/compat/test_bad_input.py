"""What is no call of Milvus, on every port: refused cleanly, nothing falls, nothing is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from pymilvus import MilvusClient

from compat.test_server_process import Serving, serving
from elanus import __version__
from elanus.doors.admin import wire
from elanus.doors.grpc_v2 import messages
from elanus.doors.grpc_v2.generations import of_metadata
from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2
from elanus.index.generation import NEWEST

SEARCH = "/milvus.proto.milvus.MilvusService/Search"
INSERT_1X = "/milvus.grpc.MilvusService/Insert"
TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(200)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BAD_ONES = 1000
SLACK = 3
"""Descriptors and threads that may come and go for the server's own work meanwhile."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compat.test_server_process.clean_environment", lambda: {"ELANUS_HTTP_PORT_1X": str(port)})
        with serving(tmp_path_factory.mktemp("bad")) as server:
            server.ready["http_1x"] = f"127.0.0.1:{port}"
            yield server


def connected(server: Serving, door: str) -> socket.socket:
    host, _, port = server.ready[door].partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def answer(server: Serving, door: str, sent: bytes) -> bytes:
    """All that comes back until the other side closes."""
    with connected(server, door) as peer, contextlib.suppress(ConnectionError):
        peer.sendall(sent)
        return b"".join(iter(lambda: peer.recv(65_536), b""))
    return b""


def called(server: Serving, path: str, message: bytes, door: str = "address") -> grpc.RpcError:
    """How a call ends that has no answer."""
    with grpc.insecure_channel(server.ready[door]) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(path)(message, timeout=10)
    return refused.value


DOORS = ("address", "metrics", "http_1x")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "sent", [TLS_HELLO, b"\x00" * 100, b"HELLO\r\n\r\n", b"\xff\xfe"], ids=["tls", "0", "text", "ff"]
)
def test_another_protocol_is_shown_the_door(server: Serving, door: str, sent: bytes) -> None:
    assert answer(server, door, sent) == b""


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", [SEARCH, INSERT_1X])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_http_on_the_path_of_a_grpc_call_is_not_found(server: Serving, door: str, path: str, method: str) -> None:
    request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    said = answer(server, door, request.encode())
    assert said.startswith(b"HTTP/1.1 404 ")
    assert path.encode() in said


@pytest.mark.parametrize("door", ["metrics", "http_1x"])
def test_a_grpc_call_on_a_port_of_http_is_refused(server: Serving, door: str) -> None:
    refused = called(server, SEARCH, b"", door)
    assert refused.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "Search" in refused.details()


@pytest.mark.parametrize("path", [SEARCH, INSERT_1X])
def test_bytes_that_are_no_message_are_told_so(server: Serving, path: str) -> None:
    refused = called(server, path, b"\xff\xff\xff")
    assert refused.code() is grpc.StatusCode.INTERNAL
    assert path in refused.details()


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/milvus.proto.milvus.MilvusService/SearchInTheYear2040", "Milvus 2.0 to 3.0"),
        ("/milvus.grpc.MilvusService/Upsert", "/milvus.proto.milvus.MilvusService/Upsert"),
        ("/milvus.proto.v4.MilvusService/Search", "/milvus.proto.milvus.MilvusService/Search"),
    ],
)
def test_a_call_of_another_release_is_told_what_works(server: Serving, path: str, way: str) -> None:
    refused = called(server, path, b"")
    assert refused.code() is grpc.StatusCode.UNIMPLEMENTED
    for expected in (path.rpartition("/")[2], f"Elanus {__version__}", way):
        assert expected in refused.details()


@pytest.mark.parametrize(
    "message", [b"", b"\xff", b"[]", b"{}", b"[" * 5000], ids=["empty", "no text", "list", "nothing asked", "deep"]
)
def test_an_admin_call_that_is_no_request_is_refused(server: Serving, message: bytes) -> None:
    with grpc.insecure_channel(server.ready["address"]) as channel:
        said = json.loads(channel.unary_unary(wire.path("ListCollections"))(message, timeout=10))
    assert "the request is no Target in JSON" in said["error"]["message"]


def test_a_client_of_a_release_to_come_is_served_as_the_newest_one(server: Serving) -> None:
    asked = milvus_pb2.ConnectRequest(client_info=common_pb2.ClientInfo(sdk_type="Python", sdk_version="9.9.9"))
    with grpc.insecure_channel(server.ready["address"]) as channel:
        connect = channel.unary_unary(messages.path("Connect"), type(asked).SerializeToString)
        answered = milvus_pb2.ConnectResponse.FromString(connect(asked, timeout=10))
    assert answered.status.code == 0
    assert of_metadata([("identifier", str(answered.identifier))]) is NEWEST


def test_a_thousand_of_them_leave_nothing_behind(server: Serving) -> None:
    chance = random.Random(5)
    kinds = _kinds(server, chance)
    for kind in kinds:
        kind()  # what is made once and kept, threads of the pools above all, is made now
    _idle()
    before = _held(server)
    for number in range(BAD_ONES):
        kinds[number % len(kinds)]()
    deadline = time.monotonic() + 20
    while any(now > then + SLACK for now, then in zip(_held(server), before, strict=True)):
        assert time.monotonic() < deadline, (before, _held(server))
        time.sleep(0.2)
    client = MilvusClient(server.uri)
    client.create_collection("after", dimension=4)
    client.insert("after", [{"id": 1, "vector": [1, 2, 3, 4]}])
    assert [hit["id"] for hit in client.search("after", [[1, 2, 3, 4]])[0]] == [1]
    client.close()


def _kinds(server: Serving, chance: random.Random) -> list[Callable[[], object]]:
    """Ways to send what is no call, each on some door, most of them leaving in the middle."""

    def sent(begin: Callable[[], bytes]) -> Callable[[], object]:
        def send() -> None:
            with connected(server, chance.choice(DOORS)) as peer, contextlib.suppress(ConnectionError):
                peer.sendall(begin())
                if chance.random() < 0.5:
                    peer.shutdown(socket.SHUT_WR)
                    peer.recv(1000)

        return send

    channel = grpc.insecure_channel(server.ready["address"])

    def garbled() -> None:
        with contextlib.suppress(grpc.RpcError):
            channel.unary_unary(chance.choice((SEARCH, INSERT_1X, "/no/Such")))(chance.randbytes(40), timeout=10)

    post = b"POST /v2/vectordb/entities/search HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    return [
        sent(lambda: TLS_HELLO),
        sent(lambda: chance.randbytes(chance.randrange(1, 300))),
        sent(lambda: PREFACE + chance.randbytes(chance.randrange(1, 300))),
        sent(lambda: post + chance.randbytes(50)),
        sent(lambda: b"GET " + SEARCH.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        sent(lambda: b"POST /collections HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        garbled,
    ]


def _held(server: Serving) -> tuple[int, int]:
    """Open descriptors and threads of the process."""
    process = Path("/proc", str(server.process.pid))
    return len(os.listdir(process / "fd")), len(os.listdir(process / "task"))


def _idle() -> None:
    time.sleep(1.0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"], ids=["empty", "cut", "list", "no text"])
@pytest.mark.parametrize(
    ("door", "path"),
    [
        ("address", "/v2/vectordb/entities/search"),
        ("address", "/v1/vector/search"),
        ("metrics", "/api/v1/search"),
        ("http_1x", "/collections"),
    ],
)
def test_a_body_that_is_no_request_is_answered_in_the_shape_of_its_api(
    server: Serving, door: str, path: str, body: bytes
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    said = answer(server, door, head.encode() + body)
    content = json.loads(said.partition(b"\r\n\r\n")[2])
    refused = content.get("status", content)
    assert refused.get("code", refused.get("error_code")) not in (0, 200, None), content
