"""What a row has besides its declared fields -> the dynamic field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from elanus.errors import ImportFailed
from elanus.schema.field import DYNAMIC_FIELD_NAME
from elanus.schema.types import DataType
from elanus.service.rows.block import SentColumn


def dynamic_column(metas: Sequence[Any], others: Sequence[Mapping[str, Any]]) -> SentColumn:
    """metas  of each row an object, or the text of one, or None; others  of each row the undeclared columns.

    Raises ImportFailed: no object, or a key in both. Texts are Milvus's.
    """
    objects = [_merged(row, meta, other) for row, (meta, other) in enumerate(zip(metas, others, strict=True))]
    return dynamic_texts(pa.array(objects, pa.large_binary()))


def dynamic_texts(objects: pa.Array) -> SentColumn:
    """Of the JSON text of each row's object."""
    return SentColumn(DYNAMIC_FIELD_NAME, DataType.JSON, objects, is_dynamic=True)


def _merged(row: int, meta: Any, other: Mapping[str, Any]) -> bytes:
    keys = _object(row, meta)
    for key in keys.keys() & other.keys():
        raise ImportFailed(f"duplicated key is not allowed, key={key}, row {row}")
    try:
        return orjson.dumps({**keys, **other})
    except TypeError as wrong:
        raise ImportFailed(f"illegal value for dynamic field, row {row}: {wrong}") from None


def _object(row: int, meta: Any) -> Mapping[str, Any]:
    if meta is None:
        return {}
    if isinstance(meta, str | bytes):
        try:
            meta = orjson.loads(meta)
        except orjson.JSONDecodeError:
            raise ImportFailed(f"illegal value for dynamic field, not a JSON format string, row {row}") from None
    if not isinstance(meta, dict):
        raise ImportFailed(f"illegal value for dynamic field, not a JSON object, row {row}")
    return meta
