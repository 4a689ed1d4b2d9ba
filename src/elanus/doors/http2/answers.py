"""Responses as gRPC over HTTP/2 wants them.

Header blocks are made once, of references to the static table and literals that stay out of the dynamic one
(RFC 7541, sections 6.1 and 6.2.2): they mean the same on every connection, whatever was sent before.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from elanus.doors.http2.grpc_framing import ENCODINGS, framed
from elanus.doors.http2.refusal import Refused
from elanus.doors.http2.stream import Response

_MESSAGE_CHARACTERS = 1000
"""A longer status message is cut: header lists are limited (grpc: 16 KiB), and a character may take 12 bytes."""
_UNESCAPED = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")

_OK_STATUS = b"\x88"
_STATUS_NAME = 8
_CONTENT_TYPE_NAME = 31


def _text(text: bytes) -> bytes:
    """A length of up to 16,510 in RFC 7541's notation, and the text as it is."""
    rest = len(text) - 0x7F
    if rest < 0:
        return bytes([len(text)]) + text
    return (bytes([0x7F, rest]) if rest < 0x80 else bytes([0x7F, 0x80 | rest & 0x7F, rest >> 7])) + text


def _named(index: int, value: bytes) -> bytes:
    """A literal whose name stands in the static table."""
    return (bytes([index]) if index < 15 else bytes([15, index - 15])) + _text(value)


def _literal(name: bytes, value: bytes) -> bytes:
    return b"\x00" + _text(name) + _text(value)


_GRPC = _OK_STATUS + _named(_CONTENT_TYPE_NAME, b"application/grpc")
_OK = _literal(b"grpc-status", b"0")


def answered(message: bytes) -> Response:
    """A message, and status OK."""
    return Response(_GRPC, framed(message), _OK)


def refused(refusal: Refused) -> Response:
    """A status that is not OK, in one header block (gRPC: trailers-only)."""
    return Response(
        _GRPC
        + _literal(b"grpc-status", b"%d" % refusal.status)
        + _literal(b"grpc-message", escaped(refusal.message))
        + _literal(b"grpc-accept-encoding", ENCODINGS),
        b"",
    )


def escaped(message: str) -> bytes:
    """Percent-encoded for ``grpc-message``: visible ASCII and spaces as they are."""
    if len(message) > _MESSAGE_CHARACTERS:
        message = message[: _MESSAGE_CHARACTERS - 3] + "..."
    return quote(message, safe=_UNESCAPED, errors="replace").encode()


def plain(status: int, text: str) -> Response:
    """An answer to who does not speak gRPC."""
    head = _named(_STATUS_NAME, b"%d" % status) + _named(_CONTENT_TYPE_NAME, b"text/plain; charset=utf-8")
    return Response(head, text.encode())


NOT_GRPC: Final = plain(415, "This port speaks gRPC: content-type application/grpc.\n")
