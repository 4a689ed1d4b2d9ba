"""Frames that cost and bring nothing are limited; a peer that keeps to its protocol never meets the limit."""

from __future__ import annotations

import pytest

from elanus.doors.http2.frames import Code
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.pace import Pace
from unit.doors.http2.peer import END_HEADERS, END_STREAM, Clock, Peer, frame, settings

LIMITS = Limits(nuisances=20, nuisances_per_second=10.0)

NUISANCES = {
    "pings": frame("PING", 0, 0, bytes(8)),
    "settings": settings(),
    "priorities": frame("PRIORITY", 0, 1, b"\0\0\0\x09\0"),
    "empty data": frame("DATA", 0, 1),
}


@pytest.mark.parametrize("nuisance", NUISANCES.values(), ids=NUISANCES)
def test_flood_ends_the_connection(nuisance: bytes) -> None:
    peer = Peer(LIMITS)
    peer.open(1)
    peer.send(nuisance * 18)
    assert peer.connection.failed is None
    peer.send(nuisance * 5)
    assert peer.last("GOAWAY").code == Code.ENHANCE_YOUR_CALM


def test_rapid_reset_ends_the_connection() -> None:
    peer = Peer(LIMITS)
    for stream_id in range(1, 60, 2):
        peer.open(stream_id, END_HEADERS | END_STREAM)
        peer.send(frame("RST_STREAM", 0, stream_id, bytes([0, 0, 0, 8])))
    assert peer.last("GOAWAY").code == Code.ENHANCE_YOUR_CALM


def test_resets_provoked_from_us_count_too() -> None:
    peer = Peer(LIMITS)
    for stream_id in range(1, 60, 2):
        peer.open(stream_id)
        peer.send(frame("WINDOW_UPDATE", 0, stream_id, bytes(4)))
    assert peer.last("GOAWAY").code == Code.ENHANCE_YOUR_CALM


def test_pings_at_an_easy_pace_go_on_for_ever() -> None:
    clock = Clock()
    peer = Peer(LIMITS, clock)
    for _ in range(500):
        clock.now += 0.1
        peer.send(NUISANCES["pings"])
    assert peer.connection.failed is None


def test_calls_are_no_nuisance() -> None:
    peer = Peer(LIMITS)
    for stream_id in range(1, 1000, 2):
        peer.request(stream_id, b"body")
        peer.respond(stream_id, b"answer")
    assert peer.connection.failed is None


@pytest.mark.parametrize("piece", [b"", b"\x00\x01a\x01b"])
def test_endless_header_block_ends_the_connection(piece: bytes) -> None:
    peer = Peer(Limits(continuations=4))
    peer.send(frame("HEADERS", 0, 1, peer.block()))
    peer.send(*[frame("CONTINUATION", 0, 1, piece)] * 5)
    assert peer.last("GOAWAY").code == Code.ENHANCE_YOUR_CALM


def test_long_header_block_ends_the_connection_before_it_ends() -> None:
    peer = Peer(Limits(header_block_bytes=20_000))
    peer.send(frame("HEADERS", 0, 1, bytes(16_000)))
    peer.send(frame("CONTINUATION", 0, 1, bytes(16_000)))
    assert peer.last("GOAWAY").code == Code.ENHANCE_YOUR_CALM


def test_pace_allows_a_burst_then_its_rate() -> None:
    clock = Clock()
    pace = Pace(3, 2.0, clock)
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    clock.now = 10.0
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
