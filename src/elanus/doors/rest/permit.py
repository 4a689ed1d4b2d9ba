"""Who calls, and whether they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from elanus.service.access import ANONYMOUS, Caller


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is about. target  a collection by name or alias, a user, a role; "" = none of them"""

    database: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Permit:
    """What a request brings along once its credentials are known.

    check  what the call is about -> nothing. Raises PermissionDenied.
    """

    caller: Caller
    check: Callable[[Iterable[Subject]], None]


FREE: Final = Permit(ANONYMOUS, lambda _subjects: None)
"""Everything is allowed: nobody is asked who they are."""
