"""Passwords as they are kept: salted and hashed slowly (scrypt), with what is needed to hash again."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from typing import Final

from elanus.errors import ParameterInvalid

SHORTEST: Final = 6
LONGEST: Final = 72
"""Bytes of UTF-8."""

_KIND = "scrypt"
_COST, _BLOCK, _LANES = 2**14, 8, 1
_MEMORY_BYTES = 2**26
_KEPT = re.compile(rf"{_KIND}\$16384\$8\$1\$[A-Za-z0-9+/]{{22}}==\$[A-Za-z0-9+/]{{43}}=")


def check_password(password: str) -> None:
    """Raises ParameterInvalid."""
    length = len(password.encode())
    if not SHORTEST <= length <= LONGEST:
        raise ParameterInvalid(
            f"invalid password length: invalid parameter[{length} out of range {SHORTEST} <= value <= {LONGEST}]"
        )


def hashed(password: str) -> str:
    """What is kept of it; takes about 50 ms, as does every guess."""
    salt = os.urandom(16)
    return "$".join((_KIND, str(_COST), str(_BLOCK), str(_LANES), _text(salt), _text(_hash(password, salt))))


def matches(password: str, kept: str) -> bool:
    """Whether ``kept`` was made of this password; takes as long either way."""
    *_, salt, expected = kept.split("$")
    return hmac.compare_digest(_hash(password, b64decode(salt)), b64decode(expected))


def is_kept_form(text: str) -> bool:
    """Whether this is what :func:`hashed` gives."""
    return _KEPT.fullmatch(text) is not None


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(errors="surrogatepass"),
        salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=_MEMORY_BYTES, dklen=32,
    )  # fmt: skip


def _text(data: bytes) -> str:
    return b64encode(data).decode()
