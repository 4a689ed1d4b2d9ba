"""The state machine without sockets: what it tells, what it sends."""

from __future__ import annotations

import pytest

from elanus.doors.http2.connection import Connection
from elanus.doors.http2.events import Cancelled, Opened, Oversized, Received
from elanus.doors.http2.frames import Code
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.stream import Response
from unit.doors.http2.peer import (
    ACK,
    END_HEADERS,
    END_STREAM,
    PADDED,
    PREFACE,
    PRIORITY,
    REQUEST,
    Peer,
    frame,
    read_frames,
    settings,
    window_update,
)


@pytest.fixture
def peer() -> Peer:
    return Peer()


def test_introduces_itself_with_its_limits() -> None:
    limits = Limits(streams=7, stream_window=100_000, connection_window=200_000)
    first, second = read_frames(Connection(limits, lambda: 0.0).take())
    assert (first.name, second.name) == ("SETTINGS", "WINDOW_UPDATE")
    assert first.payload[:12] == bytes.fromhex("0003 00000007 0004 000186a0")
    assert int.from_bytes(second.payload, "big") == 200_000 - 65_535


def test_request_in_any_cuts_is_the_same_request(peer: Peer) -> None:
    stream = frame("HEADERS", END_HEADERS, 1, peer.block()) + frame("DATA", END_STREAM, 1, b"hello")
    whole = Peer().send(stream)
    pieces = [event for i in range(len(stream)) for event in peer.send(stream[i : i + 1])]
    assert whole == pieces
    assert isinstance(whole[0], Opened)
    assert isinstance(whole[1], Received)
    assert whole[1].body == b"hello"
    assert whole[1].head.path == b"/a/B"


def test_preface_in_pieces_is_taken() -> None:
    connection = Connection(Limits(), lambda: 0.0)
    for byte in PREFACE + settings():
        connection.receive(bytes([byte]))
    assert connection.failed is None
    assert [each.name for each in read_frames(connection.take())] == ["SETTINGS", "WINDOW_UPDATE", "SETTINGS"]


def test_padding_and_priority_are_taken_off(peer: Peer) -> None:
    block = peer.block()
    headers = bytes([3]) + (5).to_bytes(4, "big") + b"\x10" + block + bytes(3)
    events = peer.send(
        frame("HEADERS", END_HEADERS | PADDED | PRIORITY, 1, headers),
        frame("DATA", END_STREAM | PADDED, 1, b"\x02body\x00\x00"),
    )
    assert events[-1] == Received(1, events[0].head, b"body")


def test_header_block_in_continuations_is_one(peer: Peer) -> None:
    block = peer.block()
    events = peer.send(
        frame("HEADERS", END_STREAM, 1, block[:5]),
        frame("CONTINUATION", 0, 1, block[5:9]),
        frame("CONTINUATION", END_HEADERS, 1, block[9:]),
    )
    assert [type(event) for event in events] == [Opened, Received]


def test_trailers_end_a_request(peer: Peer) -> None:
    peer.open(1)
    peer.send(frame("DATA", 0, 1, b"body"))
    events = peer.open(1, END_HEADERS | END_STREAM, [("checksum", "1")])
    assert [event.body for event in events] == [b"body"]


def test_settings_and_pings_are_acknowledged(peer: Peer) -> None:
    peer.send(settings((4, 1000)), frame("PING", 0, 0, b"12345678"))
    assert [(each.name, each.flags) for each in peer.sent] == [("SETTINGS", ACK), ("PING", ACK)]
    assert peer.sent[1].payload == b"12345678"
    peer.sent.clear()
    peer.send(frame("SETTINGS", ACK), frame("PING", ACK, 0, bytes(8)))
    assert peer.sent == []


def test_unknown_frames_and_settings_are_passed_over(peer: Peer) -> None:
    peer.send(settings((99, 1)), b"\x00\x00\x02\x63\xff\x00\x00\x00\x01hi")
    assert peer.connection.failed is None
    assert peer.names() == ["SETTINGS"]


def test_small_response_leaves_in_one_piece(peer: Peer) -> None:
    peer.request(1)
    peer.connection.respond(1, Response(b"\x88", b"x" * 100, b"\x00\x01t\x010"))
    sent = read_frames(peer.connection.take())
    assert [each.name for each in sent] == ["HEADERS", "DATA", "HEADERS"]
    assert [each.flags for each in sent] == [END_HEADERS, 0, END_HEADERS | END_STREAM]
    assert not peer.connection.awaits(1)


def test_response_without_body_and_trailers_ends_with_its_head(peer: Peer) -> None:
    peer.request(1)
    peer.respond(1, b"", trailers=None)
    assert [(each.name, each.flags) for each in peer.sent] == [("HEADERS", END_HEADERS | END_STREAM)]


def test_second_answer_and_answer_to_nobody_change_nothing(peer: Peer) -> None:
    peer.request(1)
    peer.respond(1, b"once")
    peer.respond(1, b"twice")
    peer.respond(77, b"nobody")
    assert peer.body(1) == b"once"
    assert peer.names() == ["HEADERS", "DATA", "HEADERS"]


def test_early_answer_tells_the_peer_to_stop_sending(peer: Peer) -> None:
    peer.open(1)
    peer.respond(1, b"", trailers=None)
    assert peer.names() == ["HEADERS", "RST_STREAM"]
    assert peer.last("RST_STREAM").code == Code.NO_ERROR
    assert peer.send(frame("DATA", END_STREAM, 1, b"too late")) == []
    assert peer.connection.failed is None


def test_reset_call_is_cancelled_and_its_answer_dropped(peer: Peer) -> None:
    peer.request(1)
    assert peer.send(frame("RST_STREAM", 0, 1, bytes([0, 0, 0, 8]))) == [Cancelled(1)]
    peer.respond(1, b"nobody listens")
    assert peer.sent == []


def test_too_many_streams_are_refused_and_table_stays_right() -> None:
    peer = Peer(Limits(streams=2))
    peer.open(1)
    peer.open(3)
    assert peer.open(5, fields=[*REQUEST, ("remember", "me")]) == []
    assert (peer.last("RST_STREAM").stream_id, peer.last("RST_STREAM").code) == (5, Code.REFUSED_STREAM)
    peer.respond(1, b"done")
    opened = peer.open(7, fields=[*REQUEST, ("remember", "me")])
    assert opened[0].head.metadata == ((b"remember", b"me"),)


def test_detached_handlers_count_as_streams() -> None:
    peer = Peer(Limits(streams=1))
    peer.request(1)
    peer.send(frame("RST_STREAM", 0, 1, bytes([0, 0, 0, 8])))
    peer.connection.detach()
    assert peer.request(3) == []
    peer.connection.release()
    assert len(peer.request(5)) == 2


def test_oversized_request_is_told_once_and_its_rest_dropped() -> None:
    peer = Peer(Limits(body_bytes=10))
    peer.open(1)
    assert peer.send(frame("DATA", 0, 1, b"x" * 8)) == []
    assert peer.send(frame("DATA", 0, 1, b"x" * 8)) == [Oversized(1)]
    assert peer.send(frame("DATA", END_STREAM, 1, b"x" * 8)) == []
    assert peer.connection.awaits(1)


def test_all_requests_together_are_limited() -> None:
    peer = Peer(Limits(buffered_bytes=10))
    peer.open(1)
    peer.open(3)
    assert peer.send(frame("DATA", 0, 1, b"x" * 8)) == []
    assert peer.send(frame("DATA", 0, 3, b"x" * 8)) == [Oversized(3)]
    assert [type(event) for event in peer.send(frame("DATA", END_STREAM, 1, b"x"))] == [Received]
    assert [type(event) for event in peer.request(5, b"x" * 9)] == [Opened, Received]


def test_leaving_answers_what_is_open_and_passes_over_the_rest(peer: Peer) -> None:
    peer.request(1)
    peer.connection.leave()
    assert not peer.connection.is_over
    assert peer.open(3) == []
    assert peer.send(frame("DATA", END_STREAM, 3, b"in flight")) == []
    peer.respond(1, b"last words")
    assert peer.connection.is_over
    assert peer.connection.failed is None
    assert (peer.sent[0].name, peer.sent[0].payload) == ("GOAWAY", bytes([0, 0, 0, 1, 0, 0, 0, 0]))
    assert peer.body(1) == b"last words"


def test_peers_goaway_is_answered_once_its_calls_are(peer: Peer) -> None:
    peer.request(1)
    peer.send(frame("GOAWAY", 0, 0, bytes(8)))
    assert not peer.connection.is_over
    peer.respond(1, b"")
    assert peer.connection.is_over


def test_smaller_header_table_is_announced_once(peer: Peer) -> None:
    peer.send(settings((1, 0)))
    peer.request(1)
    peer.respond(1, b"a")
    peer.request(3)
    peer.respond(3, b"b")
    heads = [each.payload for each in peer.sent if each.name == "HEADERS" and not each.flags & END_STREAM]
    assert heads == [b"\x20\x88", b"\x88"]


VIOLATIONS = {
    "data on stream 0": (frame("DATA", 0, 0, b"x"), Code.PROTOCOL_ERROR),
    "data on an idle stream": (frame("DATA", 0, 5, b"x"), Code.PROTOCOL_ERROR),
    "headers on stream 0": (frame("HEADERS", END_HEADERS, 0, b"\x82"), Code.PROTOCOL_ERROR),
    "headers on an even stream": (frame("HEADERS", END_HEADERS, 2, b"\x82"), Code.PROTOCOL_ERROR),
    "header block cannot be decoded": (frame("HEADERS", END_HEADERS, 1, b"\xff\xff\xff"), Code.COMPRESSION_ERROR),
    "unknown table index": (frame("HEADERS", END_HEADERS, 1, b"\xfd"), Code.COMPRESSION_ERROR),
    "padding longer than frame": (frame("HEADERS", END_HEADERS | PADDED, 1, b"\x09\x82"), Code.PROTOCOL_ERROR),
    "continuation alone": (frame("CONTINUATION", END_HEADERS, 1, b"\x82"), Code.PROTOCOL_ERROR),
    "block interrupted": (frame("HEADERS", 0, 1, b"\x82") + frame("PING", 0, 0, bytes(8)), Code.PROTOCOL_ERROR),
    "block continued elsewhere": (
        frame("HEADERS", 0, 1, b"\x82") + frame("CONTINUATION", END_HEADERS, 3, b"\x82"),
        Code.PROTOCOL_ERROR,
    ),
    "frame too large": (b"\x00\x40\x01\x00\x00\x00\x00\x00\x01", Code.FRAME_SIZE_ERROR),
    "priority on stream 0": (frame("PRIORITY", 0, 0, bytes(5)), Code.PROTOCOL_ERROR),
    "reset of an idle stream": (frame("RST_STREAM", 0, 1, bytes(4)), Code.PROTOCOL_ERROR),
    "reset of a wrong size": (frame("RST_STREAM", 0, 1, bytes(3)), Code.FRAME_SIZE_ERROR),
    "settings on a stream": (frame("SETTINGS", 0, 1), Code.PROTOCOL_ERROR),
    "settings of a wrong size": (frame("SETTINGS", 0, 0, bytes(5)), Code.FRAME_SIZE_ERROR),
    "settings ack with content": (frame("SETTINGS", ACK, 0, bytes(6)), Code.FRAME_SIZE_ERROR),
    "push enabled wrongly": (settings((2, 2)), Code.PROTOCOL_ERROR),
    "window too wide": (settings((4, 2**31)), Code.FLOW_CONTROL_ERROR),
    "frames too small": (settings((5, 16_383)), Code.PROTOCOL_ERROR),
    "frames too large": (settings((5, 2**24)), Code.PROTOCOL_ERROR),
    "push promise": (frame("PUSH_PROMISE", END_HEADERS, 1, bytes(4)), Code.PROTOCOL_ERROR),
    "ping on a stream": (frame("PING", 0, 1, bytes(8)), Code.PROTOCOL_ERROR),
    "ping of a wrong size": (frame("PING", 0, 0, bytes(7)), Code.FRAME_SIZE_ERROR),
    "goaway on a stream": (frame("GOAWAY", 0, 1, bytes(8)), Code.PROTOCOL_ERROR),
    "goaway of a wrong size": (frame("GOAWAY", 0, 0, bytes(7)), Code.FRAME_SIZE_ERROR),
    "window widened by 0": (window_update(0, 0), Code.PROTOCOL_ERROR),
    "window of an idle stream": (window_update(1, 1), Code.PROTOCOL_ERROR),
    "window update of a wrong size": (frame("WINDOW_UPDATE", 0, 0, bytes(3)), Code.FRAME_SIZE_ERROR),
    "connection window too wide": (window_update(0, 2**31 - 1), Code.FLOW_CONTROL_ERROR),
}


@pytest.mark.parametrize(("data", "code"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_violation_ends_the_connection(peer: Peer, data: bytes, code: Code) -> None:
    peer.send(data)
    assert peer.connection.failed is not None
    assert peer.connection.is_over
    assert (peer.sent[-1].name, peer.sent[-1].code) == ("GOAWAY", code)
    assert peer.send(frame("HEADERS", END_HEADERS | END_STREAM, 1, b"\x82")) == []


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\n\r\n", PREFACE + frame("PING", 0, 0, bytes(8))])
def test_connection_that_begins_wrongly_fails(begin: bytes) -> None:
    peer = Peer(begin=begin)
    assert peer.connection.failed is not None
    assert peer.connection.failed.code == Code.PROTOCOL_ERROR


MALFORMED = {
    "no path": [(":method", "POST"), (":scheme", "http")],
    "empty path": [(":method", "POST"), (":scheme", "http"), (":path", "")],
    "pseudo field twice": [*REQUEST[:4], (":path", "/a/B")],
    "pseudo field of a response": [*REQUEST[:4], (":status", "200")],
    "pseudo field after a regular one": [("x", "y"), *REQUEST],
    "upper case": [*REQUEST, ("Big", "y")],
    "space in a name": [*REQUEST, ("a b", "y")],
    "line feed in a value": [*REQUEST, ("x", "a\nb")],
    "space around a value": [*REQUEST, ("x", " y")],
    "field of HTTP/1.1": [*REQUEST, ("connection", "close")],
    "te": [*REQUEST[:5], ("te", "gzip")],
    "content-length no number": [*REQUEST, ("content-length", "-1")],
}


@pytest.mark.parametrize("fields", MALFORMED.values(), ids=MALFORMED)
def test_malformed_request_is_reset_and_the_connection_lives(peer: Peer, fields: list[tuple[str, str]]) -> None:
    assert peer.open(1, END_HEADERS | END_STREAM, fields) == []
    assert (peer.sent[-1].name, peer.sent[-1].code) == ("RST_STREAM", Code.PROTOCOL_ERROR)
    assert len(peer.request(3)) == 2


def test_wrong_frames_on_a_stream_reset_it(peer: Peer) -> None:
    peer.request(1)
    peer.send(frame("DATA", 0, 1, b"after the end"))
    assert (peer.sent[-1].stream_id, peer.sent[-1].code) == (1, Code.STREAM_CLOSED)
    peer.open(3)
    peer.send(window_update(3, 0))
    assert (peer.sent[-1].stream_id, peer.sent[-1].code) == (3, Code.PROTOCOL_ERROR)
    peer.open(5)
    peer.send(window_update(5, 2**31 - 1))
    assert (peer.sent[-1].stream_id, peer.sent[-1].code) == (5, Code.FLOW_CONTROL_ERROR)
    peer.open(7)
    peer.open(7, END_HEADERS, [("trailers", "that do not end")])
    assert (peer.sent[-1].stream_id, peer.sent[-1].code) == (7, Code.PROTOCOL_ERROR)
    peer.open(9, fields=[*REQUEST, ("content-length", "3")])
    peer.send(frame("DATA", END_STREAM, 9, b"four"))
    assert (peer.sent[-1].stream_id, peer.sent[-1].code) == (9, Code.PROTOCOL_ERROR)
    assert peer.connection.failed is None


def test_frames_on_a_closed_stream_end_the_connection(peer: Peer) -> None:
    peer.request(1)
    peer.respond(1, b"done")
    peer.open(1)
    assert peer.last("GOAWAY").code == Code.STREAM_CLOSED


def test_stream_passed_over_cannot_be_opened_later(peer: Peer) -> None:
    peer.request(5)
    peer.request(3)
    assert peer.last("GOAWAY").code == Code.PROTOCOL_ERROR
