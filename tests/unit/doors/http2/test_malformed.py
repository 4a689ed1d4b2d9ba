"""Changed, cut and repeated bytes: the state machine answers or ends, and raises nothing."""

from __future__ import annotations

import random

import pytest
from hpack import Encoder

from elanus.doors.http2.connection import Connection
from elanus.doors.http2.events import Received
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.stream import Response
from unit.doors.http2.peer import END_HEADERS, END_STREAM, PREFACE, REQUEST, frame, read_frames, settings, window_update

LIMITS = Limits(body_bytes=300, stream_window=1000, streams=3, connection_window=70_000)
FRAMES = ("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION")


def conversation(chance: random.Random) -> bytearray:
    """Valid for the most part: requests, windows, now and then any frame at all."""
    talk = bytearray(PREFACE + settings((4, chance.randrange(500)), (5, 16_384 + chance.randrange(9))))
    encoder = Encoder()
    for stream_id in range(1, 2 * chance.randrange(2, 12), 2):
        block = encoder.encode([*REQUEST, (chance.choice("abc"), "x" * chance.randrange(200))])
        cut = chance.randrange(len(block))
        talk += frame("HEADERS", 0, stream_id, block[:cut])
        talk += frame("CONTINUATION", END_HEADERS, stream_id, block[cut:])
        talk += frame("DATA", END_STREAM, stream_id, chance.randbytes(chance.randrange(400)))
        if chance.random() < 0.4:
            talk += window_update(chance.choice([0, stream_id]), chance.randrange(1, 1000))
        if chance.random() < 0.2:
            kind, payload = chance.choice(FRAMES), chance.randbytes(chance.choice([0, 4, 5, 6, 8]))
            talk += frame(kind, chance.randrange(256), chance.choice([0, stream_id, stream_id + 2]), payload)
    return talk


def damaged(talk: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(PREFACE), len(talk) + 1)
        talk[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
    return talk


@pytest.mark.parametrize("seed", range(10))
def test_any_bytes_are_answered_or_end_the_connection(seed: int) -> None:
    chance = random.Random(seed)
    outcomes = {True: 0, False: 0}
    answered = 0
    for _ in range(150):
        connection = Connection(LIMITS, lambda: 0.0)
        talk = damaged(conversation(chance), chance)
        sent = b""
        while talk:
            size = chance.randrange(1, 700)
            for event in connection.receive(bytes(talk[:size])):
                if isinstance(event, Received):
                    connection.respond(event.stream_id, Response(b"\x88", event.body, b"\x00\x01t\x010"))
                    answered += 1
            del talk[:size]
            while connection.has_more():
                sent += connection.take()
        failed = connection.failed is not None
        outcomes[failed] += 1
        assert not failed or "GOAWAY" in [each.name for each in read_frames(sent)]
    assert min(outcomes.values()) > 10
    assert answered > 100
