"""A client for tests, written against the RFC and not against the server: its own frames, hpack's own encoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from hpack import Decoder, Encoder

from elanus.doors.http2.connection import Connection
from elanus.doors.http2.events import Event
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.stream import Response

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NAMES = ("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE",
         "CONTINUATION")  # fmt: skip
Fields: TypeAlias = list[tuple[str, str]]

END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32

REQUEST = [
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/a/B"),
    (":authority", "here"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
]


@dataclass
class Frame:
    name: str
    flags: int
    stream_id: int
    payload: bytes

    @property
    def code(self) -> int:
        """Of RST_STREAM or GOAWAY."""
        return int.from_bytes(self.payload[-4:] if self.name == "RST_STREAM" else self.payload[4:8], "big")


def frame(name: str, flags: int = 0, stream_id: int = 0, payload: bytes = b"") -> bytes:
    head = len(payload).to_bytes(3, "big") + bytes([NAMES.index(name), flags]) + stream_id.to_bytes(4, "big")
    return head + payload


def settings(*values: tuple[int, int]) -> bytes:
    return frame("SETTINGS", 0, 0, b"".join(n.to_bytes(2, "big") + v.to_bytes(4, "big") for n, v in values))


def window_update(stream_id: int, increment: int) -> bytes:
    return frame("WINDOW_UPDATE", 0, stream_id, increment.to_bytes(4, "big"))


def read_frames(data: bytes) -> list[Frame]:
    frames = []
    while data:
        size = int.from_bytes(data[:3], "big")
        frames.append(Frame(NAMES[data[3]], data[4], int.from_bytes(data[5:9], "big"), data[9 : 9 + size]))
        data = data[9 + size :]
    return frames


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Peer:
    """A connection and its client; ``sent`` is everything the server sent so far."""

    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    begin: bytes = PREFACE + settings()

    def __post_init__(self) -> None:
        self.connection = Connection(self.limits, self.clock)
        self.encoder, self.decoder = Encoder(), Decoder()
        self.sent: list[Frame] = []
        self.send(self.begin)
        self.sent.clear()

    def send(self, *pieces: bytes) -> list[Event]:
        events = self.connection.receive(b"".join(pieces))
        self.fetch()
        return events

    def fetch(self) -> None:
        while self.connection.has_more():
            self.sent += read_frames(self.connection.take())

    def block(self, fields: Fields | None = None) -> bytes:
        return self.encoder.encode(fields or REQUEST)

    def open(self, stream_id: int, flags: int = END_HEADERS, fields: Fields | None = None) -> list[Event]:
        return self.send(frame("HEADERS", flags, stream_id, self.block(fields)))

    def request(self, stream_id: int, body: bytes = b"") -> list[Event]:
        return (
            self.open(stream_id, END_HEADERS | END_STREAM)
            if not body
            else self.open(stream_id) + self.send(frame("DATA", END_STREAM, stream_id, body))
        )

    def respond(self, stream_id: int, body: bytes, trailers: bytes | None = b"\x00\x01t\x010") -> None:
        self.connection.respond(stream_id, Response(b"\x88", body, trailers))
        self.fetch()

    def names(self) -> list[str]:
        return [each.name for each in self.sent]

    def body(self, stream_id: int) -> bytes:
        return b"".join(each.payload for each in self.sent if each.name == "DATA" and each.stream_id == stream_id)

    def last(self, name: str) -> Frame:
        return next(each for each in reversed(self.sent) if each.name == name)
