"""Who a caller is, by name and password."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass

from elanus.engine.access import AccessBook
from elanus.errors import Unauthenticated
from elanus.service.access.caller import Caller
from elanus.service.access.first import MILVUS
from elanus.service.access.passwords import matches
from elanus.service.access.turnstile import Turnstile

_NOBODY = MILVUS
"""What the password of a user there is not is compared with."""


@dataclass(frozen=True, slots=True)
class _Known:
    """kept  the user's password as it was kept then; digest  of the one that matched it"""

    kept: str
    digest: bytes
    caller: Caller


class SignIn:
    """A password found right once is known again in a microsecond: by a keyed hash that stays in memory, and only as
    long as the user keeps it. A wrong one costs what the slow hash costs, also for a user there is not.
    """

    def __init__(self, book: AccessBook) -> None:
        self._book = book
        self._key = os.urandom(32)
        self._known: dict[str, _Known] = {}
        self._turnstile = Turnstile()

    def caller(self, user: str, password: str) -> Caller:
        """Raises Unauthenticated; SignInsBusy, never for who signed in before."""
        record = self._book.state.users.get(user)
        digest = hashlib.blake2b(password.encode(errors="surrogatepass"), digest_size=32, key=self._key).digest()
        known = self._known.get(user)
        if known and record and known.kept == record.password and hmac.compare_digest(known.digest, digest):
            return known.caller
        kept = _NOBODY if record is None else record.password
        if not (user and self._right(password, kept) and record):
            raise Unauthenticated("auth check failure, please check username and password are correct")
        self._known[user] = _Known(kept, digest, Caller(user))
        return self._known[user].caller

    def _right(self, password: str, kept: str) -> bool:
        with self._turnstile.passing():
            return matches(password, kept)
