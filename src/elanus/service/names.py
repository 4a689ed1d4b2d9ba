"""What may be called how. Texts are Milvus's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from elanus.errors import DatabaseNameInvalid, Error, FieldNameInvalid, ParameterInvalid, Rejected
from elanus.index.generation import Generation
from elanus.schema.field import Field

MAX_NAME_LENGTH = 255

OLD_DEFAULT_NAME = "_default_idx"
"""What clients of Milvus 2.0 and 2.1 call the index they gave no name."""

RESERVED_FIELD_NAMES = frozenset(
    {
        "and",
        "or",
        "not",
        "in",
        "like",
        "is",
        "null",
        "exists",
        "true",
        "false",
        "text_match",
        "phrase_match",
        "random_sample",
        "element_filter",
        "json_contains",
        "json_contains_all",
        "json_contains_any",
        "array_contains",
        "array_contains_all",
        "array_contains_any",
        "array_length",
    }
)
"""Words of the filter language: a field of that name could never be asked for."""

_REST = re.compile(r"[A-Za-z0-9_]*\Z")
_REST_WITH_DASH = re.compile(r"[A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class _Rule:
    """kind of thing named; which characters may begin and follow; the error a breach raises."""

    kind: str
    error: type[Error] = ParameterInvalid
    may_begin_with_digit: bool = False
    rest: re.Pattern[str] = _REST
    rest_text: str = "numbers, letters and underscores"
    text: str = "Invalid {kind} name: {name}. {why}: invalid parameter"

    def check(self, name: str) -> None:
        if not name:
            self._refuse(name, f"the {self.kind} name should not be empty")
        if len(name.encode()) > MAX_NAME_LENGTH:
            self._refuse(name, f"the length of a {self.kind} name must be less than 255 characters")
        first = name[0]
        if not (first == "_" or (first.isascii() and first.isalpha())) and not (
            self.may_begin_with_digit and first.isascii() and first.isdigit()
        ):
            self._refuse(name, f"the first character of a {self.kind} name must be an underscore or letter")
        if not self.rest.match(name[1:]):
            self._refuse(name, f"{self.kind} name can only contain {self.rest_text}")

    def _refuse(self, name: str, why: str) -> None:
        raise self.error(self.text.format(kind=self.kind, name=name, why=why[0].upper() + why[1:]))


_COLLECTION = _Rule("collection")
_ALIAS = _Rule("collection alias")
_DATABASE = _Rule("database", DatabaseNameInvalid, text="{why}: invalid database name[database={name}]")
_FIELD = _Rule("field", FieldNameInvalid)
_PARTITION = _Rule(
    "partition", may_begin_with_digit=True, rest=_REST_WITH_DASH, rest_text="numbers, letters, underscores and dashes"
)
_SNAPSHOT = _Rule("snapshot")


def check_collection_name(name: str) -> None:
    _COLLECTION.check(name)


def check_alias(name: str) -> None:
    _ALIAS.check(name)


def check_database_name(name: str) -> None:
    _DATABASE.check(name)


def check_partition_name(name: str) -> None:
    _PARTITION.check(name)


def check_snapshot_name(name: str) -> None:
    if not name.strip():
        raise ParameterInvalid("snapshot name should be not empty: invalid parameter")
    _SNAPSHOT.check(name)


def check_field_name(name: str) -> None:
    """Raises FieldNameInvalid for a name that breaks the rules or is a word of the filter language."""
    _FIELD.check(name)
    if name.lower() in RESERVED_FIELD_NAMES:
        raise FieldNameInvalid(f"Invalid field name: {name}. It is keyword in milvus: field name invalid[field={name}]")


def default_name(field: Field, generation: Generation) -> str:
    """What clients of that generation call an index they gave no name."""
    if generation <= Generation.V2_0:
        return OLD_DEFAULT_NAME
    return f"{OLD_DEFAULT_NAME}_{field.id}" if generation <= Generation.V2_3 else field.name


def check_index_name(name: str) -> None:
    """Raises Rejected: Milvus gives these no number of their own."""
    if len(name) > MAX_NAME_LENGTH:
        raise Rejected(f"Invalid index name: {name}. The length of a index name must be less than 255 characters.")
    if not (name[0] == "_" or (name[0].isascii() and name[0].isalpha())):
        raise Rejected(
            f"Invalid index name: {name}. The first character of a index name must be an underscore or letter."
        )
    if not _REST.match(name):
        raise Rejected(f"Invalid index name: {name}. Index name can only contain numbers, letters, and underscores.")
