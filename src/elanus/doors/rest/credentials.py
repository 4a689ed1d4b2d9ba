"""The header ``Authorization``: ``Basic …``, ``Bearer user:password``, or ``user:password`` alone."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller claims; "" = nothing."""

    user: str = ""
    password: str = ""


def credentials_of(headers: Mapping[str, str]) -> Credentials:
    """As Milvus reads them; what is none of the three is nobody. headers  by lower-case name"""
    kind, _, value = headers.get("authorization", "").strip().partition(" ")
    match kind.lower():
        case "basic":
            return _pair(_decoded(value.strip()))
        case "bearer":
            return _pair(value.strip())
        case _:
            return _pair(kind if not value else "")


def _pair(token: str) -> Credentials:
    user, _, password = token.partition(":")
    return Credentials(user, password)


def _decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except ValueError:
        return ""
