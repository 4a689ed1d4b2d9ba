"""The peer's settings, read and checked (RFC 9113, section 6.5)."""

from __future__ import annotations

from elanus.doors.http2.frames import (
    DEFAULT_FRAME_BYTES,
    DEFAULT_WINDOW,
    MAX_WINDOW,
    Code,
    Setting,
    read_settings,
)
from elanus.doors.http2.violations import ConnectionViolation

_DEFAULT_TABLE_BYTES = 4096
_LARGEST_FRAME = 2**24 - 1


class PeerSettings:
    """What the peer allows us: window of a new stream, frame size, size of our header table."""

    def __init__(self) -> None:
        self.stream_window = DEFAULT_WINDOW
        self.frame_bytes = DEFAULT_FRAME_BYTES
        self.table_bytes = _DEFAULT_TABLE_BYTES

    def read(self, payload: bytes) -> None:
        """Takes over what a SETTINGS frame says. Raises ConnectionViolation."""
        for name, value in read_settings(payload):
            match name:
                case Setting.HEADER_TABLE_SIZE:
                    self.table_bytes = value
                case Setting.ENABLE_PUSH:
                    _check(value <= 1, Code.PROTOCOL_ERROR, f"ENABLE_PUSH is {value}, allowed are 0 and 1")
                case Setting.INITIAL_WINDOW_SIZE:
                    _check(value <= MAX_WINDOW, Code.FLOW_CONTROL_ERROR, f"INITIAL_WINDOW_SIZE is {value}")
                    self.stream_window = value
                case Setting.MAX_FRAME_SIZE:
                    fits = DEFAULT_FRAME_BYTES <= value <= _LARGEST_FRAME
                    _check(fits, Code.PROTOCOL_ERROR, f"MAX_FRAME_SIZE is {value}")
                    self.frame_bytes = value

    @property
    def has_smaller_table(self) -> bool:
        return self.table_bytes < _DEFAULT_TABLE_BYTES


def _check(allowed: bool, code: Code, reason: str) -> None:
    if not allowed:
        raise ConnectionViolation(code, reason)
