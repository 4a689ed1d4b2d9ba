"""An HTTP/2 server connection: bytes in, events and bytes out. No socket, no clock of its own, no thread.

Follows RFC 9113; sections are named where a rule is not obvious. Priorities are ignored (section 5.3.2), nothing is
pushed, CONNECT is malformed here.
"""

from __future__ import annotations

from collections.abc import Callable

from elanus.doors.http2 import frames
from elanus.doors.http2.events import Event
from elanus.doors.http2.fields import HeadReader
from elanus.doors.http2.frame_reader import FrameReader
from elanus.doors.http2.frames import Code, Setting
from elanus.doors.http2.head import check_regular
from elanus.doors.http2.header_frames import HeaderBlock, HeaderFrames, unpadded
from elanus.doors.http2.inflow import Inflow
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.outbox import Outbox
from elanus.doors.http2.pace import Pace
from elanus.doors.http2.peer import PeerSettings
from elanus.doors.http2.stream import Response, Stream
from elanus.doors.http2.streams import Streams
from elanus.doors.http2.violations import ConnectionViolation, Malformed, StreamViolation


class Connection:
    """One connection: ``receive`` what comes, ``respond`` to what it tells, send what ``take`` gives.

    clock   seconds, monotonic; for the limit on nuisances
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.failed: ConnectionViolation | None = None
        self._limits = limits
        self._pace = Pace(limits.nuisances, limits.nuisances_per_second, clock)
        self._peer = PeerSettings()
        self._outbox = Outbox()
        self._streams = Streams(limits, self._outbox)
        self._frames = FrameReader(limits.frame_bytes)
        self._header_frames = HeaderFrames(limits)
        self._heads = HeadReader(limits)
        self._inflow = Inflow(limits.connection_window)
        self._settings_seen = False
        self._on = self._readers()
        self._introduce()

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes tell. After a violation nothing more is read: send what ``take`` gives, then close."""
        events: list[Event] = []
        self._streams.events = events
        if self.failed is None:
            try:
                for kind, flags, stream_id, payload in self._frames.feed(data):
                    self._read(kind, flags, stream_id, payload)
            except ConnectionViolation as violation:
                self.failed = violation
                self._outbox.put(frames.goaway(self._streams.last_id, violation.code, violation.reason))
        return events

    def awaits(self, stream_id: int) -> bool:
        """Whether an answer to this stream is still wanted."""
        stream = self._streams.get(stream_id)
        return stream is not None and not stream.answered

    def respond(self, stream_id: int, response: Response) -> None:
        """Answers a stream; nothing happens when its answer is not wanted any more."""
        self._streams.respond(stream_id, response)

    def detach(self) -> None:
        """A handler runs on without its stream; it counts as one until ``release``."""
        self._streams.detach()

    def release(self) -> None:
        self._streams.release()

    def leave(self) -> None:
        """No new streams from here on; those open are answered (GOAWAY, section 6.8)."""
        if not self._streams.leaving and self.failed is None:
            self._streams.leaving = True
            self._outbox.put(frames.goaway(self._streams.last_id, Code.NO_ERROR))

    @property
    def is_over(self) -> bool:
        """Whether everything is said: to be closed once ``take`` gives nothing more."""
        return self.failed is not None or (self._streams.leaving and not len(self._streams))

    def has_more(self) -> bool:
        return self._outbox.has_more()

    def take(self) -> bytes:
        """Bytes to send now, up to about a mebibyte of bodies; b"" when all is sent or waits for a window."""
        data, finished = self._outbox.take()
        for stream in finished:
            self._streams.finish(stream)
        return data

    def _readers(self) -> tuple[Callable[[int, int, bytes], None], ...]:
        """By kind of frame."""
        return (
            self._on_data,
            self._on_headers,
            self._on_priority,
            self._on_rst_stream,
            self._on_settings,
            self._on_push_promise,
            self._on_ping,
            self._on_goaway,
            self._on_window_update,
            self._on_continuation,
        )

    def _introduce(self) -> None:
        limits = self._limits
        announced = {
            Setting.MAX_CONCURRENT_STREAMS: limits.streams,
            Setting.INITIAL_WINDOW_SIZE: limits.stream_window,
            Setting.MAX_FRAME_SIZE: limits.frame_bytes,
            Setting.MAX_HEADER_LIST_SIZE: limits.header_list_bytes,
        }
        self._outbox.put(frames.settings(announced))
        self._outbox.put(frames.window_update(0, limits.connection_window - frames.DEFAULT_WINDOW))

    def _read(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._header_frames.is_open and kind != frames.CONTINUATION:
            raise ConnectionViolation(Code.PROTOCOL_ERROR, "a header block is not continued")
        if not self._settings_seen and kind != frames.SETTINGS:
            raise ConnectionViolation(Code.PROTOCOL_ERROR, "the first frame is not SETTINGS")
        if kind < len(self._on):
            try:
                self._on[kind](flags, stream_id, payload)
            except StreamViolation as violation:
                self._nuisance("wrong frames on streams")
                self._streams.reset(violation.stream_id, violation.code)

    def _on_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._count(len(payload))
        stream = self._streams.get(stream_id)
        if stream is None:
            self._streams.expect_late(stream_id)
            return
        if stream.ended:
            raise StreamViolation(stream_id, Code.STREAM_CLOSED)
        if not stream.inflow.take(len(payload)):
            raise StreamViolation(stream_id, Code.FLOW_CONTROL_ERROR)
        self._streams.add(stream, unpadded(flags, payload))
        if flags & frames.END_STREAM:
            self._streams.end(stream)
        elif not payload:
            self._nuisance("empty DATA frames")
        elif owed := stream.inflow.owed():
            self._outbox.put(frames.window_update(stream_id, owed))

    def _count(self, size: int) -> None:
        """DATA counts in the connection's window whatever becomes of it (section 6.9)."""
        if not self._inflow.take(size):
            raise ConnectionViolation(Code.FLOW_CONTROL_ERROR, "more DATA than the connection's window")
        if owed := self._inflow.owed():
            self._outbox.put(frames.window_update(0, owed))

    def _on_headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        if not stream_id & 1:
            raise ConnectionViolation(Code.PROTOCOL_ERROR, f"HEADERS on stream {stream_id}; a client's are odd")
        block = self._header_frames.headers(flags, stream_id, payload)
        if block is not None:
            self._on_block(block)

    def _on_continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        block = self._header_frames.continuation(flags, stream_id, payload)
        if block is not None:
            self._on_block(block)

    def _on_block(self, block: HeaderBlock) -> None:
        stream = self._streams.get(block.stream_id)
        if stream is not None:
            self._end_with_trailers(stream, block)
        elif block.stream_id > self._streams.last_id:
            self._open(block)
        else:
            self._heads.fields(block.block)
            self._streams.expect_late(block.stream_id)

    def _open(self, block: HeaderBlock) -> None:
        """A new stream. Once we leave it is passed over, yet its header block changes the table like any other."""
        if self._streams.leaving:
            self._heads.fields(block.block)
            return
        self._streams.last_id = block.stream_id
        try:
            head = self._heads.head(block.block)
        except Malformed:
            raise StreamViolation(block.stream_id, Code.PROTOCOL_ERROR) from None
        if block.depends_on == block.stream_id:
            raise StreamViolation(block.stream_id, Code.PROTOCOL_ERROR)
        stream = self._streams.open(block.stream_id, head, self._peer.stream_window)
        if block.ends_stream:
            self._streams.end(stream)

    def _end_with_trailers(self, stream: Stream, block: HeaderBlock) -> None:
        fields = self._heads.fields(block.block)
        if stream.ended:
            raise StreamViolation(stream.id, Code.STREAM_CLOSED)
        try:
            for name, value in fields:
                check_regular(name, value)
        except Malformed:
            raise StreamViolation(stream.id, Code.PROTOCOL_ERROR) from None
        if not block.ends_stream:
            raise StreamViolation(stream.id, Code.PROTOCOL_ERROR)
        self._streams.end(stream)

    def _on_priority(self, _flags: int, stream_id: int, payload: bytes) -> None:
        _expect(stream_id > 0, Code.PROTOCOL_ERROR, "PRIORITY on stream 0")
        if len(payload) != 5:
            raise StreamViolation(stream_id, Code.FRAME_SIZE_ERROR)
        if frames.read_word(payload) == stream_id:
            raise StreamViolation(stream_id, Code.PROTOCOL_ERROR)
        self._nuisance("PRIORITY")

    def _on_rst_stream(self, _flags: int, stream_id: int, payload: bytes) -> None:
        _expect(len(payload) == 4, Code.FRAME_SIZE_ERROR, "RST_STREAM is not 4 bytes long")
        self._streams.expect_known(stream_id)
        self._nuisance("RST_STREAM")
        self._streams.cancel(stream_id)

    def _on_settings(self, flags: int, stream_id: int, payload: bytes) -> None:
        _expect(not stream_id, Code.PROTOCOL_ERROR, "SETTINGS on a stream")
        right_size = not payload if flags & frames.ACK else len(payload) % 6 == 0
        _expect(right_size, Code.FRAME_SIZE_ERROR, f"SETTINGS is {len(payload)} bytes long")
        self._settings_seen = True
        if not flags & frames.ACK:
            self._nuisance("SETTINGS")
            self._take_over(payload)
            self._outbox.put(frames.frame(frames.SETTINGS, frames.ACK, 0))

    def _take_over(self, payload: bytes) -> None:
        window_before = self._peer.stream_window
        self._peer.read(payload)
        self._streams.widen(self._peer.stream_window - window_before)
        self._outbox.frame_bytes = self._peer.frame_bytes
        if self._peer.has_smaller_table:
            self._outbox.announce_empty_table()

    def _on_push_promise(self, _flags: int, _stream_id: int, _payload: bytes) -> None:
        raise ConnectionViolation(Code.PROTOCOL_ERROR, "PUSH_PROMISE from a client")

    def _on_ping(self, flags: int, stream_id: int, payload: bytes) -> None:
        _expect(not stream_id, Code.PROTOCOL_ERROR, "PING on a stream")
        _expect(len(payload) == 8, Code.FRAME_SIZE_ERROR, "PING is not 8 bytes long")
        if not flags & frames.ACK:
            self._nuisance("PING")
            self._outbox.put(frames.frame(frames.PING, frames.ACK, 0, payload))

    def _on_goaway(self, _flags: int, stream_id: int, payload: bytes) -> None:
        _expect(not stream_id, Code.PROTOCOL_ERROR, "GOAWAY on a stream")
        _expect(len(payload) >= 8, Code.FRAME_SIZE_ERROR, "GOAWAY is too short")
        self.leave()

    def _on_window_update(self, _flags: int, stream_id: int, payload: bytes) -> None:
        _expect(len(payload) == 4, Code.FRAME_SIZE_ERROR, "WINDOW_UPDATE is not 4 bytes long")
        increment = frames.read_word(payload)
        if not stream_id:
            _expect(increment > 0, Code.PROTOCOL_ERROR, "WINDOW_UPDATE by 0")
            self._outbox.grant(increment)
            return
        self._streams.expect_known(stream_id)
        if not increment:
            raise StreamViolation(stream_id, Code.PROTOCOL_ERROR)
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._outbox.grant_stream(stream, increment)

    def _nuisance(self, what: str) -> None:
        if not self._pace.allows():
            raise ConnectionViolation(Code.ENHANCE_YOUR_CALM, f"too many of {what}")


def _expect(allowed: bool, code: Code, reason: str) -> None:
    if not allowed:
        raise ConnectionViolation(code, reason)
