"""The window we give a peer for one stream, or for the connection (RFC 9113, section 5.2)."""

from __future__ import annotations


class Inflow:
    """Counts what came. As requests are read at once, the window is opened again whenever half of it is used."""

    __slots__ = ("_unread", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._unread = 0

    def take(self, size: int) -> bool:
        """Counts DATA; False when it is more than the peer was allowed."""
        self._unread += size
        return self._unread <= self._window

    def owed(self) -> int:
        """By how much the window is to be opened now: 0 or at least half of it."""
        if self._unread * 2 < self._window:
            return 0
        owed, self._unread = self._unread, 0
        return owed
