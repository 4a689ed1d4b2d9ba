"""Who is connected to a loop, so that a server can take leave of them."""

from __future__ import annotations

from typing import Protocol, TypeAlias


class Guest(Protocol):
    """A connection, or what will become one."""

    def leave(self) -> None:
        """Ends in order: what runs is answered, nothing new begins."""

    def abort(self) -> None:
        """Ends now."""


Guests: TypeAlias = set[Guest]
