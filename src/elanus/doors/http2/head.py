"""A request's header list, checked (RFC 9113, section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from elanus.doors.http2.violations import Malformed

Field: TypeAlias = tuple[bytes, bytes]

_REQUIRED = frozenset({b":method", b":scheme", b":path"})
_PSEUDO = _REQUIRED | {b":authority"}
_OF_ONE_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"})
_KNOWN = frozenset({b"te", b"content-length", b"content-type", b"grpc-encoding", b"grpc-timeout"})

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_VALUE = re.compile(rb"(?:[^\x00\r\n \t](?:[^\x00\r\n]*[^\x00\r\n \t])?)?")
_DIGITS = re.compile(rb"[0-9]{1,18}")


class Head(NamedTuple):
    """What a request says before its body. A tuple because one is made per call: a frozen dataclass costs four times.

    metadata    the other regular fields in order, as sent
    length      of ``content-length``, or -1
    """

    method: bytes
    path: bytes
    content_type: bytes
    encoding: bytes
    timeout: bytes
    length: int
    metadata: tuple[Field, ...]


def request_head(fields: Iterable[Field]) -> Head:
    """The request these fields are. Raises Malformed."""
    pseudo: dict[bytes, bytes] = {}
    known: dict[bytes, bytes] = {}
    metadata: list[Field] = []
    for name, value in fields:
        if name.startswith(b":"):
            _check_pseudo(name, value, pseudo, after_regular=bool(known or metadata))
            pseudo[name] = value
        else:
            check_regular(name, value)
            if name in _KNOWN:
                _check_known(name, value, known)
                known[name] = value
            else:
                metadata.append((name, value))
    if not pseudo.keys() >= _REQUIRED or not pseudo[b":path"]:
        raise Malformed("a request has :method, :scheme and :path")
    return Head(
        method=pseudo[b":method"],
        path=pseudo[b":path"],
        content_type=known.get(b"content-type", b""),
        encoding=known.get(b"grpc-encoding", b"identity"),
        timeout=known.get(b"grpc-timeout", b""),
        length=int(known.get(b"content-length", -1)),
        metadata=tuple(metadata),
    )


def is_metadata(name: bytes) -> bool:
    """Whether a field of this name is passed on without a look at its value."""
    return bool(_NAME.fullmatch(name)) and name not in _KNOWN and name not in _OF_ONE_HOP


def check_regular(name: bytes, value: bytes) -> None:
    """Raises Malformed for a field that may not stand in a request, or in its trailers."""
    if not _NAME.fullmatch(name) or name in _OF_ONE_HOP:
        raise Malformed(f"field name {name!r} is not allowed")
    check_value(value)


def check_value(value: bytes) -> None:
    if not _VALUE.fullmatch(value):
        raise Malformed(f"field value {value!r} is not allowed")


def _check_pseudo(name: bytes, value: bytes, seen: dict[bytes, bytes], *, after_regular: bool) -> None:
    if after_regular or name not in _PSEUDO or name in seen:
        raise Malformed(f"{name!r} is unknown, repeated or after a regular field")
    check_value(value)


def _check_known(name: bytes, value: bytes, seen: dict[bytes, bytes]) -> None:
    if name == b"te" and value != b"trailers":
        raise Malformed("te may only be trailers")
    if name == b"content-length" and (not _DIGITS.fullmatch(value) or seen.get(name, value) != value):
        raise Malformed("content-length is no number, or two different ones")
