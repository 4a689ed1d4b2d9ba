"""Which columns a file must have, and may. Texts are Milvus's."""

from __future__ import annotations

from collections.abc import Collection

from elanus.errors import ImportFailed
from elanus.service.imports.files.piece import Source


def undeclared(source: Source, names: Collection[str]) -> list[str]:
    """The columns that go into the dynamic field, in their order. Raises ImportFailed for one too many or too few."""
    schema = source.schema
    _check_key(source, names)
    for field in schema.fields:
        if field.is_function_output and field.name in names:
            raise ImportFailed(f"not allowed to provide data for BM25 function output field '{field.name}'")
    others = [name for name in names if name not in schema.by_name]
    if others and schema.dynamic is None:
        known = ", ".join(field.name for field in schema.user_fields)
        raise ImportFailed(f"the field '{others[0]}' is not defined in schema, allowed: {known}")
    for field in schema.user_fields:
        needed = not (field.may_be_missing or field.is_function_output or (field.is_primary and field.auto_id))
        if needed and field.name not in names:
            raise ImportFailed(f"value of field '{field.name}' is missed, found: {', '.join(names)}")
    return others


def _check_key(source: Source, names: Collection[str]) -> None:
    primary = source.schema.primary
    if primary.auto_id and primary.name in names and not source.takes_key:
        raise ImportFailed(f"the primary key '{primary.name}' is auto-generated, no need to provide")
