"""HTTP/1.1 on a socket: many requests on one connection, and peers that do not keep to it."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from unittest import mock

import pytest

from elanus.doors.rest import asgi, connection, intake
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response, json_response
from elanus.doors.rest.port import HttpPort
from elanus.doors.rest.site import Site


class Desk:
    """Echoes; ``gate`` holds back ``/wait`` until it is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.waiting = threading.Semaphore(0)

    def echo(self, request: Request) -> Response:
        return json_response({"size": len(request.body), "text": request.body[:9].decode(), "query": request.query})

    def wait(self, _request: Request) -> Response:
        self.waiting.release()
        self.gate.wait(10)
        return json_response({"waited": True})

    def site(self) -> Site:
        return Site(
            [
                Endpoint("POST", "/echo", self.echo, "", ""),
                Endpoint("GET", "/echo", self.echo, "", ""),
                Endpoint("GET", "/wait", self.wait, "", ""),
                Endpoint("GET", "/health", self.echo, "", "", vital=True),
            ]
        )


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def port(desk: Desk) -> Iterator[int]:
    served = HttpPort("127.0.0.1:0", desk.site(), threads=2)
    yield served.port
    desk.gate.set()
    served.close(5.0)


def exchange(port: int, *sent: bytes, wait_s: float = 0.0) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        for part in sent:
            peer.sendall(part)
            time.sleep(wait_s)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while part := peer.recv(65536):
                received += part
    return received


def post(body: bytes, *headers: bytes) -> bytes:
    lines = [b"POST /echo?a=1&b=%C3%A9&a=2 HTTP/1.1", b"Host: x", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CLOSE = b"Connection: close"


def test_connection_is_kept_for_the_next_request(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(20):
        client.request("POST", f"/echo?n={number}", b"x" * number * 1000)
        answer = client.getresponse()
        assert answer.status == 200
        assert answer.read().startswith(b'{"size":%d' % (number * 1000))
    client.close()


def test_pipelined_requests_are_answered_in_order(port):
    received = exchange(port, post(b"one") + post(b"two") + post(b"three", CLOSE))
    assert [received.index(word) for word in (b'"one"', b'"two"', b'"three"')] == sorted(
        received.index(word) for word in (b'"one"', b'"two"', b'"three"')
    )
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_request_in_single_bytes(port):
    received = exchange(port, *(bytes([byte]) for byte in post(b"slow", CLOSE)))
    assert b'{"size":4,"text":"slow","query":{"a":"2","b":"\xc3\xa9"}}' in received


def test_body_in_chunks_and_after_100_continue(port):
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert b'"size":5' in exchange(port, head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n", wait_s=0.01)
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    received = exchange(port, head, b"ok", wait_s=0.05)
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_head_and_preflight_have_no_body(port):
    head = b"HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert exchange(port, head).endswith(b"\r\n\r\n")
    options = exchange(port, b"OPTIONS /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert options.startswith(b"HTTP/1.1 204 No Content")
    assert b"access-control-allow-origin: *" in options


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /echo HTTP/1.1\r\nHost x\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: " + b"x" * (2 * connection.HEAD_BYTES) + b"\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n" + b"A: b\r\n" * connection.HEAD_BYTES,
    ],
)
def test_request_that_is_none_is_refused_and_the_next_one_served(port, sent):
    received = exchange(port, sent)
    assert received == b"" or received.startswith(b"HTTP/1.1 400 Bad Request")
    assert b'"size":2' in exchange(port, post(b"ok", CLOSE))


def test_endless_head_is_cut(port):
    with mock.patch.object(connection, "HEAD_S", 0.2):
        begun = time.monotonic()
        exchange(port, b"GET /echo HTTP/1.1\r\nA: ", wait_s=0.01)
        assert time.monotonic() - begun < 5


def test_body_that_stops_arriving_is_refused(port):
    with mock.patch.object(intake, "STALL_S", 0.2):
        assert exchange(port, post(b"abc")[:-1]).startswith(b"HTTP/1.1 408")


def test_body_over_the_limit_is_refused(port):
    with mock.patch.object(intake, "BODY_BYTES", 1000):
        assert b"413" in exchange(port, post(b"x" * 1001))[:20]
        head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert b"413" in exchange(port, head, b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n", wait_s=0.05)[:20]
        assert b'"size":1000' in exchange(port, post(b"x" * 1000, CLOSE))


def test_body_that_announces_too_much_is_refused_before_it_is_sent(port):
    sent = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n"
    assert exchange(port, sent).startswith(b"HTTP/1.1 413")


def test_sender_of_a_body_that_is_too_large_hears_why(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("POST", "/echo", b"x" * (intake.BODY_BYTES + 2**20))
    answer = client.getresponse()
    assert answer.status == 413
    assert b"send fewer rows" in answer.read()
    client.close()


def test_bodies_that_together_are_too_much_are_refused_until_there_is_room():
    desk = Desk()
    with mock.patch.object(asgi, "HELD_BYTES", 5000):
        served = HttpPort("127.0.0.1:0", desk.site(), threads=1)
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as first:
        first.sendall(post(b"x" * 4000)[:-1])
        time.sleep(0.2)
        received = exchange(served.port, post(b"x" * 2000, CLOSE))
        assert received.startswith(b"HTTP/1.1 503")
        assert b'"code":1807' in received
        first.sendall(b"x")
        assert b"200 OK" in first.recv(65536)
    assert b'"size":5000' in exchange(served.port, post(b"x" * 5000, CLOSE))
    served.close(5.0)


def test_time_of_the_caller_is_over(port, desk):
    desk.gate.clear()
    request = b"GET /wait HTTP/1.1\r\nHost: x\r\nRequest-Timeout: 0.1\r\nConnection: close\r\n\r\n"
    received = exchange(port, request)
    assert received.startswith(b"HTTP/1.1 408")
    assert received.endswith(b'{"code":10001,"message":"request timeout"}')
    desk.gate.set()


@pytest.mark.parametrize("timeout", [b"soon", b"-1", b"inf", b"nan"])
def test_time_limit_that_is_none_is_no_limit(port, timeout):
    assert b'"size":0' in exchange(port, post(b"", CLOSE, b"Request-Timeout: " + timeout))


def test_health_is_answered_while_every_thread_is_busy(port, desk):
    desk.gate.clear()
    waiting = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(3)]
    for one in waiting:
        one.request("GET", "/wait")
    for _ in range(2):
        assert desk.waiting.acquire(timeout=5)
    assert b"200 OK" in exchange(port, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    desk.gate.set()
    for one in waiting:
        assert one.getresponse().status == 200
        one.close()


def test_close_lets_a_running_call_end_and_drops_idle_connections(desk):
    desk.gate.clear()
    served = HttpPort("127.0.0.1:0", desk.site(), threads=2)
    idle = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    idle.request("GET", "/echo")
    assert idle.getresponse().read()
    running = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    running.request("GET", "/wait")
    assert desk.waiting.acquire(timeout=5)
    threading.Timer(0.2, desk.gate.set).start()
    served.close(5.0)
    assert running.getresponse().read() == b'{"waited":true}'
    assert idle.sock.recv(1) == b""
    running.close()
    idle.close()
