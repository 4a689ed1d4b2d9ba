"""The thin wire met by grpcio's channel and by raw sockets, friendly and not."""

from __future__ import annotations

import gc
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from hpack import Encoder

from elanus.doors.grpc_v2.messages import path
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.server import Http2Server, Options, tls_context
from elanus.doors.http2.stream import Stream
from elanus.errors import NotReady
from unit.doors.http2.peer import (
    END_HEADERS,
    END_STREAM,
    PREFACE,
    REQUEST,
    frame,
    read_frames,
    settings,
    window_update,
)

MIB = 2**20
LIMITS = Limits(body_bytes=64 * MIB)


class Handlers:
    """Plain bytes both ways. ``gate`` holds back Wait until it is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.finished: list[bytes] = []
        self.metadata: dict[str, str | bytes] = {}

    def table(self) -> dict[str, Callable[[bytes, object], bytes]]:
        return {"/t/Echo": self.echo, "/t/Many": self.many, "/t/Wait": self.wait, "/t/Fail": self.fail}

    def echo(self, request: bytes, context: object) -> bytes:
        self.metadata = dict(context._metadata)  # type: ignore[attr-defined]
        return request

    def many(self, request: bytes, _context: object) -> bytes:
        return bytes(int(request))

    def wait(self, request: bytes, _context: object) -> bytes:
        self.entered.release()
        self.gate.wait(20)
        self.finished.append(request)
        return request

    def fail(self, _request: bytes, _context: object) -> bytes:
        raise RuntimeError("on purpose")


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
def port(handlers: Handlers, caplog: pytest.LogCaptureFixture) -> Iterator[int]:
    """Of a server that must leave neither a thread nor a stream behind, nor trouble asyncio."""
    before = threading.enumerate() + streams()
    server = Http2Server(handlers.table(), threads=4, options=Options(loops=2, limits=LIMITS))
    port = server.bind("127.0.0.1:0")
    server.start()
    yield port
    handlers.gate.set()
    server.stop(1.0)
    left = [each for each in threading.enumerate() if each.name.startswith("elanus-")] + streams()
    assert [each for each in left if each not in before] == []
    assert [record.getMessage() for record in caplog.get_records("call") if record.name == "asyncio"] == []


def streams() -> list[object]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, Stream)]


@pytest.fixture
def channel(port: int) -> Iterator[grpc.Channel]:
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=unlimited) as channel:
        yield channel


def raw(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def request(stream_id: int, rpc: str, message: bytes) -> bytes:
    fields = [(":path", rpc) if name == ":path" else (name, value) for name, value in REQUEST]
    body = b"\0" + len(message).to_bytes(4, "big") + message
    encoder = Encoder()
    encoder.header_table_size = 0
    return frame("HEADERS", END_HEADERS, stream_id, encoder.encode(fields)) + frame("DATA", END_STREAM, stream_id, body)


def refused(port: int) -> bool:
    try:
        raw(port).close()
    except ConnectionRefusedError:
        return True
    return False


def code(method: grpc.UnaryUnaryMultiCallable) -> grpc.StatusCode:
    call = method.future(b"", timeout=5)
    call.exception()
    return call.code()


def eventually(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def echoes(port: int) -> bool:
    """Whether a new client is served."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return channel.unary_unary("/t/Echo")(b"still there", timeout=10, wait_for_ready=True) == b"still there"


def test_fifty_megabytes_go_both_ways(channel: grpc.Channel) -> None:
    message = random.Random(1).randbytes(50 * MIB)
    assert channel.unary_unary("/t/Echo")(message, timeout=60) == message


def test_request_beyond_the_limit_is_refused_and_the_connection_lives(channel: grpc.Channel) -> None:
    echo = channel.unary_unary("/t/Echo")
    with pytest.raises(grpc.RpcError) as caught:
        echo(bytes(65 * MIB), timeout=60)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "67,108,864 bytes" in caught.value.details()
    assert echo(b"small", timeout=10) == b"small"


def test_many_calls_at_once_on_one_connection_get_their_own_answers(channel: grpc.Channel) -> None:
    echo = channel.unary_unary("/t/Echo")
    calls = [echo.future(b"%d" % i, timeout=30) for i in range(2000)]
    assert [call.result() for call in calls] == [b"%d" % i for i in range(2000)]


def test_cancelled_calls_leave_nothing_behind(channel: grpc.Channel, handlers: Handlers) -> None:
    wait = channel.unary_unary("/t/Wait")
    running = [wait.future(b"") for _ in range(4)]
    for _ in running:
        assert handlers.entered.acquire(timeout=10)
    queued = [wait.future(b"") for _ in range(50)]
    assert channel.unary_unary("/t/Unknown").future(b"").exception(10).code() is grpc.StatusCode.UNIMPLEMENTED
    for call in running + queued:
        call.cancel()
    assert channel.unary_unary("/t/Unknown").future(b"").exception(10).code() is grpc.StatusCode.UNIMPLEMENTED
    handlers.gate.set()
    assert channel.unary_unary("/t/Echo")(b"next", timeout=10) == b"next"
    eventually(lambda: len(handlers.finished) == 4)


def test_time_limit_ends_a_call_whose_handler_goes_on(channel: grpc.Channel, port: int, handlers: Handlers) -> None:
    """Told by the server: a raw peer that sends a time limit and does not look at the clock itself."""
    fields = [*REQUEST[:2], (":path", "/t/Wait"), *REQUEST[3:], ("grpc-timeout", "50m")]
    with raw(port) as peer:
        peer.sendall(PREFACE + settings() + frame("HEADERS", END_HEADERS, 1, Encoder().encode(fields)))
        peer.sendall(frame("DATA", END_STREAM, 1, bytes(5)))
        assert b"grpc-status\x014" in received_until(peer, b"grpc-status")
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/t/Wait")(b"", timeout=0.1)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def received_until(peer: socket.socket, wanted: bytes) -> bytes:
    data = b""
    while wanted not in data:
        piece = peer.recv(65_536)
        if not piece:
            break
        data += piece
    return data


def test_unknown_path_and_streams_of_messages_are_unimplemented(channel: grpc.Channel) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"message"
            time.sleep(0.01)

    calls = [
        lambda: channel.unary_unary("/t/Unknown")(b"", timeout=10),
        lambda: list(channel.unary_stream("/t/Unknown")(b"", timeout=10)),
        lambda: list(channel.stream_stream("/t/Unknown")(endless(), timeout=10)),
        lambda: channel.stream_unary("/t/Echo")(iter([b"one", b"two"]), timeout=10),
    ]
    details = []
    for call in calls:
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
        details.append(caught.value.details())
    assert [text.split(",")[0] for text in details[:3]] == ["unknown service t of the call /t/Unknown"] * 3
    assert details[3] == "streaming is not implemented: send one message a call"


def test_failing_handler_is_status_unknown(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/t/Fail")(b"", timeout=10)
    assert (caught.value.code(), caught.value.details()) == (
        grpc.StatusCode.UNKNOWN,
        "unexpected error: RuntimeError: on purpose",
    )


def test_request_that_is_no_message_is_internal() -> None:
    server = Http2Server({path("GetVersion"): lambda request, _context: request})
    port = server.bind("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path("GetVersion"))(b"\xff\xff", timeout=10)
    server.stop(0)
    assert caught.value.code() is grpc.StatusCode.INTERNAL


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_requests_are_read(port: int, compression: grpc.Compression) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}", compression=compression) as channel:
        assert channel.unary_unary("/t/Echo")(b"x" * 10_000, timeout=10) == b"x" * 10_000


def test_metadata_arrives_as_text_and_bytes(channel: grpc.Channel, handlers: Handlers) -> None:
    sent = (("dbname", "mine"), ("long", "x" * 300), ("trace-bin", b"\x00\xff"))
    echo = channel.unary_unary("/t/Echo")
    for _ in range(3):
        echo(b"", metadata=sent, timeout=10)
        assert handlers.metadata.items() >= dict(sent).items()
        assert str(handlers.metadata["user-agent"]).startswith("grpc-python")


def test_idle_connection_is_kept_by_pings(port: int) -> None:
    options = [("grpc.keepalive_time_ms", 100), ("grpc.keepalive_timeout_ms", 1000),
               ("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0)]  # fmt: skip
    states: list[grpc.ChannelConnectivity] = []
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        assert channel.unary_unary("/t/Echo")(b"", timeout=10) == b""
        channel.subscribe(states.append)
        time.sleep(0.6)
        assert channel.unary_unary("/t/Echo")(b"", timeout=10) == b""
    assert states == [grpc.ChannelConnectivity.READY]


def test_slow_reader_gets_everything_and_holds_up_nobody(port: int) -> None:
    size = 8 * MIB
    with raw(port) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        peer.sendall(PREFACE + settings((4, 2**31 - 1)) + window_update(0, 2**31 - 1 - 65_535))
        peer.sendall(request(1, "/t/Many", b"%d" % size) + request(3, "/t/Many", b"%d" % size))
        time.sleep(0.1)
        assert echoes(port)
        got = b""
        while b"grpc-status" not in got[-100_000:] or got.count(b"grpc-status") < 2:
            got += peer.recv(2**20)
    bodies = {1: 0, 3: 0}
    for each in read_frames(bytes(got)):
        if each.name == "DATA":
            bodies[each.stream_id] += len(each.payload)
    assert bodies == {1: size + 5, 3: size + 5}


def test_reader_with_a_tiny_window_gets_everything(port: int) -> None:
    with raw(port) as peer:
        peer.sendall(PREFACE + settings((4, 100)) + request(1, "/t/Many", b"1000"))
        body, data = 0, b""
        while b"grpc-status" not in data:
            data += peer.recv(65_536)
            arrived = sum(len(each.payload) for each in read_frames(data) if each.name == "DATA")
            if arrived > body:
                assert arrived - body <= 100
                peer.sendall(window_update(1, arrived - body))
                body = arrived
    assert body == 1005


@pytest.mark.parametrize("cut", ["in the head", "in the body", "while the handler runs", "while the answer is sent"])
def test_abrupt_disconnects_leave_nothing_behind(port: int, handlers: Handlers, cut: str) -> None:
    whole = request(1, "/t/Wait" if "handler" in cut else "/t/Many", b"5000000")
    for _ in range(20):
        peer = raw(port)
        sent = {"in the head": whole[:20], "in the body": whole[:-3]}.get(cut, whole)
        peer.sendall(PREFACE + settings((4, 2**30)) + window_update(0, 2**30) + sent)
        if "answer" in cut:
            peer.recv(1000)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()
    handlers.gate.set()
    assert echoes(port)


@pytest.mark.parametrize("seed", range(8))
def test_malformed_bytes_never_bring_it_down(port: int, seed: int) -> None:
    """Valid conversations with bytes changed, cut and repeated; each connection ends, others go on."""
    chance = random.Random(seed)
    for _ in range(60):
        talk = bytearray(PREFACE + settings((4, 1000)))
        for stream_id in (1, 3, 5):
            talk += request(stream_id, chance.choice(["/t/Echo", "/x"]), b"x" * 100)
            talk += chance.choice([b"", window_update(stream_id, 50), frame("RST_STREAM", 0, stream_id, bytes(4))])
        for _ in range(chance.randrange(1, 8)):
            at = chance.randrange(chance.choice([1, len(PREFACE), len(talk) // 2]), len(talk))
            talk[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
        with raw(port) as peer:
            try:
                peer.sendall(talk)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65_536):
                    pass
            except ConnectionError:
                pass
    assert echoes(port)


def test_plain_http_is_told_what_this_port_speaks(port: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/vectordb/collections/list", timeout=5)
    assert caught.value.code == 426
    assert b"gRPC over HTTP/2" in caught.value.read()
    caught.value.close()


@pytest.mark.parametrize("begin", [b"\x16\x03\x01 a TLS hello", b"HELLO\r\n", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"])
def test_other_protocols_are_shown_the_door(port: int, begin: bytes) -> None:
    with raw(port) as peer:
        peer.sendall(begin)
        assert peer.recv(100) == b""


def test_stop_answers_what_runs_and_takes_nothing_new(handlers: Handlers) -> None:
    server = Http2Server(handlers.table())
    port = server.bind("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        last = channel.unary_unary("/t/Wait").future(b"last words")
        assert handlers.entered.acquire(timeout=10)
        stopping = threading.Thread(target=server.stop, args=(10.0,))
        stopping.start()
        eventually(lambda: code(channel.unary_unary("/t/Echo")) is grpc.StatusCode.UNAVAILABLE)
        assert refused(port)
        handlers.gate.set()
        assert last.result(10) == b"last words"
        stopping.join(10)
        assert not stopping.is_alive()


def test_stop_cuts_off_after_its_grace(handlers: Handlers) -> None:
    server = Http2Server(handlers.table())
    port = server.bind("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary("/t/Wait").future(b"")
        assert handlers.entered.acquire(timeout=10)
        threading.Timer(0.5, handlers.gate.set).start()
        server.stop(0.1)
        assert call.exception(10).code() is grpc.StatusCode.UNAVAILABLE
    assert len(handlers.finished) == 1


def test_server_that_never_started_stops(handlers: Handlers) -> None:
    server = Http2Server(handlers.table())
    port = server.bind("127.0.0.1:0")
    server.stop(1.0)
    with pytest.raises(ConnectionRefusedError):
        raw(port)


def test_taken_port_is_refused(port: int, handlers: Handlers) -> None:
    other = Http2Server(handlers.table())
    with pytest.raises(NotReady, match=f"cannot listen on 127.0.0.1:{port}"):
        other.bind(f"127.0.0.1:{port}")
    other.stop(0)


def test_unix_socket_and_port_side_by_side(handlers: Handlers, tmp_path: Path) -> None:
    server = Http2Server(handlers.table())
    server.bind(f"unix:{tmp_path}/s")
    port = server.bind("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"unix:{tmp_path}/s") as channel:
        assert channel.unary_unary("/t/Echo")(b"local", timeout=10) == b"local"
    assert echoes(port)
    server.stop(1.0)
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the certificate is made by openssl")
def test_tls_with_http2_by_alpn(handlers: Handlers, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    server = Http2Server(handlers.table(), options=Options(tls=tls_context(str(certificate), str(key))))
    port = server.bind("127.0.0.1:0")
    server.start()
    trusted = grpc.ssl_channel_credentials(certificate.read_bytes())
    message = random.Random(2).randbytes(3 * MIB)
    try:
        with grpc.secure_channel(f"localhost:{port}", trusted) as channel:
            assert channel.unary_unary("/t/Echo")(message, timeout=20) == message
        with raw(port) as plain:
            plain.sendall(PREFACE)
            assert plain.recv(100) == b""
        context = ssl.create_default_context(cafile=certificate)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"https://localhost:{port}/", timeout=5, context=context)
        caught.value.close()
    finally:
        server.stop(1.0)
