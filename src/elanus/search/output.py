"""Which stored columns answer a list of output fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from elanus.errors import Rejected
from elanus.schema.collection import CollectionSchema

ALL_FIELDS = "*"

_META_KEY = re.compile(r"""\$meta\[(["'])(?P<key>.+)\1\]""")


@dataclass(frozen=True, slots=True)
class Output:
    """columns       stored columns to read, in the order asked
    dynamic_keys  keys wanted of ``$meta``; empty = all, when it is among the columns
    names         what the client asked for, resolved: ``*`` expanded, dynamic keys by name
    """

    columns: tuple[str, ...]
    dynamic_keys: tuple[str, ...]
    names: tuple[str, ...]


def resolve_output(asked: Iterable[str], schema: CollectionSchema) -> Output:
    """The columns behind these names.

    Raises Rejected for a name that is no field, when there is no dynamic field, and for what a function computed.
    """
    columns: dict[str, None] = {}
    names: dict[str, None] = {}
    keys: dict[str, None] = {}
    everything_dynamic = False
    for name in _expanded(asked, schema):
        stored = name in schema.by_name
        if stored and schema.by_name[name].is_function_output:
            raise Rejected(f"not allowed to retrieve raw data of field {name}")
        key = "" if stored else _dynamic_key(name, schema)
        column = name if stored else schema.fields[-1].name
        everything_dynamic |= stored and schema.by_name[name].is_dynamic
        columns[column] = None
        names[name if stored else key] = None
        if key:
            keys[key] = None
    return Output(tuple(columns), () if everything_dynamic else tuple(keys), tuple(names))


def _expanded(asked: Iterable[str], schema: CollectionSchema) -> Iterable[str]:
    for name in asked:
        if name == ALL_FIELDS:
            yield from (field.name for field in schema.fields if not field.is_function_output)
        else:
            yield name


def _dynamic_key(name: str, schema: CollectionSchema) -> str:
    """The key an undeclared name or ``$meta["key"]`` means."""
    if schema.dynamic is None:
        raise Rejected(f"field {name} not exist")
    in_meta = _META_KEY.fullmatch(name)
    return in_meta["key"] if in_meta else name
