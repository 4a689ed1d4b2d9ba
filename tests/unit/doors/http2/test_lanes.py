"""Which calls run on the thread that read them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from elanus.doors.grpc_v2.messages import milvus_pb2, path
from elanus.doors.http2.calls import EXPIRED, Call
from elanus.doors.http2.events import Received
from elanus.doors.http2.grpc_framing import framed
from elanus.doors.http2.head import Head
from elanus.doors.http2.lanes import LONG_S, READS, REST_S, SHORT_S, Lanes
from elanus.doors.http2.methods import Method, Methods
from elanus.doors.http2.refusal import Refused
from elanus.doors.http2.stream import Response
from elanus.doors.protocols import RPCS


@pytest.fixture
def lanes():  # type: ignore[no-untyped-def]
    lanes = Lanes(1)
    yield lanes
    lanes.close()


def busy(seconds: float) -> Callable[[object, object], object]:
    """A handler that takes this much processor time."""

    def handler(_request: object, _context: object) -> object:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return milvus_pb2.SearchResults()

    return handler


def call(  # type: ignore[no-untyped-def]
    handler, name: str = "Search", size: int = 10, collection: str = "c", timeout: bytes = b"", metadata=()
) -> Call:
    request = milvus_pb2.SearchRequest(collection_name=collection, placeholder_group=bytes(size))
    head = Head(b"POST", path(name).encode(), b"application/grpc", b"identity", timeout, -1, metadata)
    return Call(Method(path(name), handler), Received(1, head, framed(request.SerializeToString())), 2**20)


def test_read_runs_here_once_it_was_short_on_the_pool(lanes: Lanes) -> None:
    assert lanes.run_if_short(call(busy(0))) is None
    lanes.run(call(busy(0)))
    assert isinstance(lanes.run_if_short(call(busy(0))), Response)


def test_credentials_that_were_not_seen_before_are_checked_on_the_pool(lanes: Lanes) -> None:
    def by(*sent: bytes) -> Call:
        return call(busy(0), metadata=tuple((b"authorization", value) for value in sent))

    for known in (by(), by(b"ann")):
        lanes.run(known)
    assert isinstance(lanes.run_if_short(by(b"ann")), Response)
    assert lanes.run_if_short(by(b"eve")) is None
    assert lanes.run_if_short(by(b"eve", b"ann")) is None


def test_long_read_keeps_its_kind_on_the_pool_for_a_while(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("elanus.doors.http2.lanes.monotonic", lambda: now[0])
    lanes.run(call(busy(0)))
    assert lanes.run_if_short(call(busy(2 * LONG_S))) is not None
    for _ in range(50):
        assert lanes.run_if_short(call(busy(0))) is None
        lanes.run(call(busy(0)))
    now[0] += REST_S
    assert lanes.run_if_short(call(busy(0))) is not None


def test_average_decides_and_one_slower_run_does_not(lanes: Lanes) -> None:
    lanes.run(call(busy(0)))
    assert lanes.run_if_short(call(busy(3 * SHORT_S))) is not None
    assert lanes.run_if_short(call(busy(0))) is not None
    for _ in range(20):
        lanes.run(call(busy(3 * SHORT_S)))
    assert lanes.run_if_short(call(busy(0))) is None
    for _ in range(40):
        lanes.run(call(busy(0)))
    assert lanes.run_if_short(call(busy(0))) is not None


@pytest.mark.parametrize("other", [{"collection": "d"}, {"size": 1000}, {"name": "HybridSearch"}])
def test_other_kinds_are_learned_by_themselves(lanes: Lanes, other: dict[str, object]) -> None:
    lanes.run(call(busy(0)))
    assert lanes.run_if_short(call(busy(0), **other)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [{"name": "Delete"}, {"size": 100_000}])
def test_writes_and_large_requests_never_run_here(lanes: Lanes, other: dict[str, object]) -> None:
    lanes.run(call(busy(0), **other))  # type: ignore[arg-type]
    assert lanes.run_if_short(call(busy(0), **other)) is None  # type: ignore[arg-type]


def test_every_declared_read_is_an_rpc_that_cannot_write() -> None:

    assert set(RPCS) >= READS
    assert not [
        name for name in READS for verb in ("Insert", "Delete", "Create", "Drop", "Flush") if f"/{verb}" in name
    ]


def test_call_that_ends_after_its_time_is_expired() -> None:
    assert call(busy(0.005), timeout=b"1m").run() is EXPIRED


def test_request_that_is_no_message_is_refused() -> None:
    head = Head(b"POST", b"/", b"application/grpc", b"identity", b"", -1, ())
    wrong = Call(Method(path("Search"), busy(0)), Received(1, head, framed(b"\xff\xff")), 2**20)
    assert b"is no /milvus.proto.milvus.MilvusService/Search message" in wrong.run().head


def test_unknown_path_is_named_in_the_refusal() -> None:
    with pytest.raises(Refused, match="/no/Where"):
        Methods({}).get(b"/no/Where")


def test_failing_handler_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_request: object, _context: object) -> object:
        raise RuntimeError("on purpose")

    assert b"unexpected error: RuntimeError: on purpose" in call(fail).run().head
    assert "failed" in caplog.text
