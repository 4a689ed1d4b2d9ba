"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Caller:
    """user  name; "" = nobody was asked who they are: authentication is off, or the caller owns the data directory"""

    user: str


ANONYMOUS: Final = Caller("")
