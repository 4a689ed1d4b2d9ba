"""JSON bodies as typed values.

A body is described by a ``msgspec.Struct``: names in camel case, a field without default is required. As Go's JSON does
(and so every example that works with Milvus): names match in any case, ``null`` is as good as nothing, unknown members
are ignored, an empty required text or list is a missing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec
import orjson

from elanus.doors.rest.permit import Subject
from elanus.errors import BodyIncomplete, BodyUnreadable

T = TypeVar("T", bound=msgspec.Struct)

_NOT_JSON = "can only accept json format request, error: "
_EMPTY: tuple[Any, ...] = ("", [])


class Body(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Base of every body. Its heirs say ``frozen=True, kw_only=True`` too: mypy or msgspec do not inherit them."""

    def subjects(self, database: str) -> tuple[Subject, ...]:
        """What the call is about: on each of them the caller needs the privilege."""
        return (Subject(database),)


def members(body: bytes) -> dict[str, Any]:
    """The members of the object in a body. Raises BodyUnreadable."""
    if not body.strip():
        raise BodyUnreadable(f"{_NOT_JSON}the request body should not be nil, however {{}} is valid")
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise BodyUnreadable(f"{_NOT_JSON}{wrong}") from None
    if not isinstance(content, dict):
        raise BodyUnreadable(f"{_NOT_JSON}an object is expected, got {type(content).__name__}")
    return content


def read(content: Mapping[str, Any], kind: type[T]) -> T:
    """The members as a value of this kind. Raises BodyIncomplete, BodyUnreadable."""
    try:
        return msgspec.convert(_settled(content, kind, ""), kind)
    except msgspec.ValidationError as wrong:
        raise BodyUnreadable(f"{_NOT_JSON}{wrong}") from None


@dataclass(frozen=True, slots=True)
class _Member:
    """nested  the struct that the value is, or a list of; None = neither"""

    name: str
    required: bool
    nested: type[msgspec.Struct] | None


@cache
def _known(kind: type[msgspec.Struct]) -> dict[str, _Member]:
    """By lower-case name."""
    fields = msgspec.structs.fields(kind)
    return {one.encode_name.lower(): _Member(one.encode_name, one.required, _struct_in(one.type)) for one in fields}


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _struct_in(inner))), None)


def _settled(content: Mapping[str, Any], kind: type[msgspec.Struct], within: str) -> dict[str, Any]:
    """Known members under their own names, without nulls, at every depth. Raises BodyIncomplete."""
    known = _known(kind)
    given: dict[str, Any] = {}
    for name, value in content.items():
        member = known.get(name.lower())
        if member is not None and value is not None:
            given[member.name] = _settled_value(value, member, f"{within}{member.name}.")
    for member in known.values():
        if member.required and given.get(member.name, "") in _EMPTY:
            raise BodyIncomplete(f"missing required parameters, error: {within}{member.name} is required")
    return given


def _settled_value(value: Any, member: _Member, within: str) -> Any:
    if member.nested is None:
        return value
    if isinstance(value, list):
        return [_settled(one, member.nested, within) if isinstance(one, dict) else one for one in value]
    return _settled(value, member.nested, within) if isinstance(value, dict) else value
