"""Upserts that send only some columns: the others are read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from elanus import search as answering
from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import DYNAMIC_FIELD_NAME, Field
from elanus.search.requests import QuerySpec
from elanus.segment.view import View
from elanus.service.rows.block import SentColumn, filled_column, sent_by_name
from elanus.service.rows.values import check_json_size, checked_column


def completed(view: View, columns: Sequence[SentColumn], row_count: int) -> list[SentColumn]:
    """The columns sent, and for every field that was not what its rows hold now.

    The primary key is among the columns. A key that is not there makes a new row, which needs every required field.
    Keys sent to the dynamic field are set beside those it has. Raises as :func:`sent_by_name` and ParameterInvalid.
    """
    schema = view.schema
    sent = sent_by_name(schema, columns, row_count)
    keys = filled_column(schema, schema.primary, sent[schema.primary.name])
    stored = answering.query(view, QuerySpec(ids=tuple(keys.to_pylist()), output_fields=("*",))).columns
    places = pc.index_in(keys, stored[schema.primary.name])
    missing = [field for field in schema.fields if field.name not in sent and not field.is_function_output]
    kept = [_kept(field, stored, places) for field in missing]
    if schema.dynamic is not None and schema.dynamic.name in sent:
        sent[schema.dynamic.name] = _merged(schema, sent[schema.dynamic.name], stored[schema.dynamic.name].take(places))
    return [*sent.values(), *kept]


def _kept(field: Field, stored: Mapping[str, pa.Array], places: pa.Array) -> SentColumn:
    if places.null_count and not field.may_be_missing:
        raise ParameterInvalid(
            f"fieldSchema({field.name}) has no corresponding fieldData pass in, and row"
            f" {places.is_null().index(True).as_py()} does not exist yet: invalid parameter"
        )
    return SentColumn(field.name, field.type, stored[field.name].take(places), field.is_dynamic, field.is_dynamic)


def _merged(schema: CollectionSchema, column: SentColumn, stored: pa.Array) -> SentColumn:
    """Keys sent over keys stored; each text must be parsed, so here a loop over rows remains.

    A stored key may have become the name of a field since, so only the keys that are sent are compared with those.
    """
    dynamic = schema.by_name[DYNAMIC_FIELD_NAME]
    sent = checked_column(schema, dynamic, column.values)
    pairs = zip(stored.to_pylist(), sent.to_pylist(), strict=True)
    texts = [orjson.dumps(orjson.loads(old or b"{}") | orjson.loads(new or b"{}")) for old, new in pairs]
    merged = pa.array(texts, pa.large_binary())
    check_json_size(dynamic, merged)
    return SentColumn(column.name, column.type, merged, is_dynamic=True, read_back=True)
