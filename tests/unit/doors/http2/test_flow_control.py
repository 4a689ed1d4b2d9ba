"""Windows both ways: nothing is sent that the peer does not take, nothing is taken that it may not send."""

from __future__ import annotations

import random

import pytest

from elanus.doors.http2.frames import Code
from elanus.doors.http2.limits import Limits
from unit.doors.http2.peer import END_HEADERS, END_STREAM, Peer, frame, settings, window_update


def test_body_waits_for_the_streams_window_then_ends_with_trailers() -> None:
    peer = Peer()
    peer.send(settings((4, 10)))
    peer.request(1)
    peer.respond(1, b"0123456789abcde")
    assert peer.body(1) == b"0123456789"
    assert peer.names() == ["SETTINGS", "HEADERS", "DATA"]
    peer.send(window_update(1, 3))
    assert peer.body(1) == b"0123456789abc"
    peer.send(window_update(1, 100))
    assert peer.body(1) == b"0123456789abcde"
    assert peer.sent[-1].flags == END_HEADERS | END_STREAM
    assert not peer.connection.awaits(1)


def test_body_without_trailers_ends_its_stream_with_data() -> None:
    peer = Peer()
    peer.send(settings((4, 2)))
    peer.request(1)
    peer.respond(1, b"abc", trailers=None)
    peer.send(window_update(1, 2))
    assert [each.flags for each in peer.sent if each.name == "DATA"] == [0, END_STREAM]


def test_connections_window_holds_back_all_streams_and_none_starves() -> None:
    peer = Peer()
    peer.send(settings((4, 2**20)))
    bodies = {stream_id: bytes([stream_id]) * 50_000 for stream_id in (1, 3, 5)}
    for stream_id, body in bodies.items():
        peer.request(stream_id)
        peer.respond(stream_id, body)
    assert sum(len(peer.body(stream_id)) for stream_id in bodies) == 65_535
    peer.sent.clear()
    for _ in range(3):
        peer.send(window_update(0, 16_384))
    assert {each.stream_id for each in peer.sent} == {3, 5}
    peer.send(window_update(0, 2**20))
    assert len(peer.body(5)) + len(peer.body(3)) == 150_000 - 65_535


def test_window_may_become_negative_and_body_goes_on_where_it_stopped() -> None:
    peer = Peer()
    peer.send(settings((4, 10)))
    peer.request(1)
    peer.respond(1, b"0123456789abcde")
    peer.send(settings((4, 2)))
    peer.send(window_update(1, 8))
    assert peer.body(1) == b"0123456789"
    peer.send(window_update(1, 5))
    assert peer.body(1) == b"0123456789abcde"


def test_narrowed_window_stops_a_stream_that_waits_for_the_connection() -> None:
    peer = Peer()
    peer.send(settings((4, 2**20)))
    peer.request(1)
    peer.respond(1, b"x" * 65_535)
    peer.request(3)
    peer.respond(3, b"y" * 10)
    peer.send(settings((4, 0)), window_update(0, 100))
    assert peer.body(3) == b""
    peer.send(window_update(3, 10))
    assert peer.body(3) == b"y" * 10


def test_settings_that_widen_a_stream_too_far_end_the_connection() -> None:
    peer = Peer()
    peer.open(1)
    peer.send(window_update(1, 2**31 - 1 - 65_535), settings((4, 65_536)))
    assert peer.last("GOAWAY").code == Code.FLOW_CONTROL_ERROR


def test_frames_keep_to_the_peers_size() -> None:
    peer = Peer()
    peer.send(settings((4, 2**20), (5, 20_000)), window_update(0, 2**20))
    peer.request(1)
    peer.respond(1, b"x" * 50_000)
    assert [len(each.payload) for each in peer.sent if each.name == "DATA"] == [20_000, 20_000, 10_000]


def test_reset_stream_gives_its_turn_to_others() -> None:
    peer = Peer()
    peer.send(settings((4, 2**20)))
    for stream_id in (1, 3):
        peer.request(stream_id)
        peer.respond(stream_id, bytes([stream_id]) * 65_535)
    peer.send(frame("RST_STREAM", 0, 3, bytes(4)), window_update(0, 65_535))
    peer.request(5)
    peer.respond(5, b"next")
    assert peer.body(5) == b"next"


def test_windows_are_opened_again_while_a_request_comes() -> None:
    peer = Peer(Limits(stream_window=65_536, connection_window=131_072, body_bytes=2**20))
    peer.open(1)
    for _ in range(16):
        peer.send(frame("DATA", 0, 1, bytes(16_384)))
    granted = {0: 0, 1: 0}
    for each in peer.sent:
        assert each.name == "WINDOW_UPDATE"
        granted[each.stream_id] += int.from_bytes(each.payload, "big")
    assert granted == {0: 262_144, 1: 262_144}


def test_padding_and_data_of_closed_streams_count_in_the_window() -> None:
    peer = Peer(Limits(stream_window=65_536, connection_window=65_536))
    peer.open(1)
    peer.respond(1, b"", trailers=None)
    peer.send(*[frame("DATA", 0, 1, bytes(16_384)) for _ in range(4)])
    assert sum(int.from_bytes(each.payload, "big") for each in peer.sent if each.name == "WINDOW_UPDATE") == 65_536


@pytest.mark.parametrize(("stream", "connection", "name"), [(70_000, 80_000, "RST_STREAM"), (80_000, 70_000, "GOAWAY")])
def test_more_than_the_window_is_a_flow_control_error(stream: int, connection: int, name: str) -> None:
    peer = Peer(Limits(stream_window=stream, connection_window=connection, frame_bytes=2**17))
    peer.open(1)
    peer.send(frame("DATA", 0, 1, bytes(70_001)))
    assert peer.last(name).code == Code.FLOW_CONTROL_ERROR


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_grants_delivers_every_body(seed: int) -> None:
    """Against the simplest oracle: what was given is what arrives, within windows kept by the test."""
    chance = random.Random(seed)
    peer = Peer()
    peer.send(settings((4, chance.randrange(100))))
    bodies = {2 * i + 1: chance.randbytes(chance.randrange(200_000)) for i in range(6)}
    for stream_id, body in bodies.items():
        peer.request(stream_id)
        peer.respond(stream_id, body)
    for _ in range(10_000):
        if all(peer.body(stream_id) == body for stream_id, body in bodies.items()):
            break
        stream_id = chance.choice([0, *bodies])
        peer.send(window_update(stream_id, chance.randrange(1, 60_000)))
    assert {stream_id: peer.body(stream_id) for stream_id in bodies} == bodies
    assert all(not peer.connection.awaits(stream_id) for stream_id in bodies)
