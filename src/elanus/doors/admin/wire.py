"""Requests and answers of the admin door as values, and as JSON.

An answer is ``{"result": ...}`` or ``{"error": {"kind": a class of elanus.errors, "message": ...}}``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from elanus import errors
from elanus.engine.indexes.wish import Wish

SERVICE = "elanus.Admin"
Value = TypeVar("Value")


def path(method: str) -> str:
    return f"/{SERVICE}/{method}"


class Request(Protocol):
    """What is asked; ``target`` is what it is about."""

    @property
    def target(self) -> Target: ...


class _Refusal(msgspec.Struct):
    kind: str
    message: str


class _Answer(msgspec.Struct):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Refusal | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A collection, and of it an index ("" = all)."""

    database: str
    collection: str
    index: str = ""

    @property
    def target(self) -> Target:
        return self


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """load_state is that of Milvus in lower case; indexes by name and type."""

    name: str
    row_count: int
    load_state: str
    fields: tuple[str, ...]
    indexes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewIndex:
    """An index to declare on a field; ``params`` as in CreateIndex; target.index is its name, "" = the field's.

    role  of one that is added beside another: shadow or hidden; "" for one that serves
    """

    target: Target
    field: str
    params: Mapping[str, str]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Build an index anew with other parameters while the old one serves; ``params`` as in CreateIndex."""

    target: Target
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoleChange:
    """role: shadow or hidden."""

    target: Target
    role: str


@dataclass(frozen=True, slots=True)
class Question:
    """How would a search be done?

    field   "" = the only vector field
    vector  of a dense field
    text    searched for instead, in the output of a BM25 function; with neither, the vector of some stored row
    """

    target: Target
    field: str = ""
    k: int = 10
    filter: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    vector: tuple[float, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """Which index would serve this field as wished?"""

    target: Target
    field: str
    wish: Wish


def encoded(value: object) -> bytes:
    """A request."""
    return msgspec.json.encode(value, enc_hook=dict)


def result(value: object) -> bytes:
    return msgspec.json.encode({"result": value}, enc_hook=dict)


def refusal(error: errors.Error) -> bytes:
    return msgspec.json.encode({"error": {"kind": type(error).__name__, "message": error.message}})


def opened(request: bytes, kind: type[Value]) -> Value:
    """A request as a value of this kind. Raises BodyUnreadable."""
    try:
        return msgspec.json.decode(request, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise errors.BodyUnreadable(f"the request is no {kind.__name__} in JSON: {wrong}") from None


def answered(answer: bytes, kind: type[Value]) -> Value:
    """The result in an answer. Raises the error that the other side raised; Unexpected: it speaks another language."""
    try:
        content = msgspec.json.decode(answer, type=_Answer)
        if content.error is None:
            return msgspec.json.decode(content.result, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise errors.Unexpected(f"the server's answer is not understood, is it of another version? {wrong}") from None
    raise getattr(errors, content.error.kind, errors.Unexpected)(content.error.message)
