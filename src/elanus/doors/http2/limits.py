"""What one connection may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass

KIBIBYTE = 2**10
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds per connection; sizes in bytes.

    A peer that keeps to its protocol meets only ``streams`` (it waits) and ``body_bytes`` (that call is refused);
    the others end the connection with ENHANCE_YOUR_CALM or refuse a stream.
    """

    body_bytes: int = 512 * MEBIBYTE
    """Largest request: a message with its prefix; also what a compressed one may become."""
    buffered_bytes: int = 1024 * MEBIBYTE
    """All requests that are still arriving together."""
    streams: int = 256
    """Calls at once, those whose caller gave up but whose handler still runs included."""
    stream_window: int = 4 * MEBIBYTE
    connection_window: int = 16 * MEBIBYTE
    """More than 65,535: that much a peer may send before it is told anything."""
    frame_bytes: int = 16 * KIBIBYTE
    header_block_bytes: int = 64 * KIBIBYTE
    header_list_bytes: int = 64 * KIBIBYTE
    continuations: int = 16
    """CONTINUATION frames after one HEADERS frame."""
    nuisances: int = 1000
    """Frames that cost us work and bring no call (pings, settings, resets, empty data) at once ..."""
    nuisances_per_second: float = 100.0
    """... and in the long run."""
