"""Rows: insert, upsert, delete, flush."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from elanus.engine.collection import Collection
from elanus.engine.requests import Deleted, Flushed, Inserted
from elanus.errors import CollectionNotLoaded, FilterInvalid, ParameterInvalid, SchemaMismatch
from elanus.filter import Predicate, compile_filter
from elanus.schema.arrow import arrow_type
from elanus.schema.collection import CollectionSchema
from elanus.service.collections import schema_timestamp
from elanus.service.partitions import Partitions, refuse_named_partitions
from elanus.service.properties import ALLOW_INSERT_AUTO_ID, truth
from elanus.service.rows.block import SentColumn, checked_rows
from elanus.service.rows.partial_update import completed

_QUERY_PLAN = "failed to create query plan: "
_DELETE_PLAN = "failed to create delete plan: "


@dataclass(frozen=True, slots=True)
class SentRows:
    """The rows of an insert or upsert.

    partition         name; "" = the default one
    schema_timestamp  what the client believes :func:`schema_timestamp` is; 0 = do not check
    partial_update    of an upsert: fields that are not sent stay as they are
    """

    columns: Sequence[SentColumn]
    row_count: int
    partition: str = ""
    schema_timestamp: int = 0
    partial_update: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """Which rows to delete: those of the filter, in one partition or ("") all."""

    filter: str
    templates: Mapping[str, Any]
    partition: str = ""


class Data:
    def __init__(self) -> None:
        self._partitions = Partitions()

    def insert(self, collection: Collection, rows: SentRows) -> Inserted:
        """Stores the rows; all or none. Primary keys are not compared with those there are."""
        return _written(collection, lambda: self._insert(collection, rows))

    def upsert(self, collection: Collection, rows: SentRows) -> Inserted:
        """Replaces the rows that have these primary keys, or inserts, at one timestamp."""
        return _written(collection, lambda: self._upsert(collection, rows))

    def _insert(self, collection: Collection, rows: SentRows) -> Inserted:
        self._check_target(collection, rows)
        primary = collection.schema.primary
        sends_key = any(column.name == primary.name for column in rows.columns)
        if primary.auto_id and sends_key and not truth(collection.properties.get(ALLOW_INSERT_AUTO_ID, "false")):
            raise ParameterInvalid(
                "can not assign primary field data when auto id enabled and allow_insert_auto_id is false"
                f" {primary.name}: invalid parameter"
            )
        batch = checked_rows(collection.schema, rows.columns, rows.row_count, key=sends_key or not primary.auto_id)
        return collection.insert(batch, rows.partition)

    def _upsert(self, collection: Collection, rows: SentRows) -> Inserted:
        self._check_target(collection, rows)
        primary = collection.schema.primary
        if all(column.name != primary.name for column in rows.columns):
            raise ParameterInvalid(f"must assign pk when upsert, primary field: {primary.name}: invalid parameter")
        if not rows.partial_update:
            return self._replace(collection, rows, rows.columns)
        with collection.lock:  # nobody changes the rows between reading and writing them
            return self._replace(collection, rows, completed(collection.view, rows.columns, rows.row_count))

    def _replace(self, collection: Collection, rows: SentRows, columns: Sequence[SentColumn]) -> Inserted:
        batch = checked_rows(collection.schema, columns, rows.row_count, key=True)
        if pc.count_distinct(batch.column(collection.schema.primary.name)).as_py() < batch.num_rows:
            raise ParameterInvalid("duplicate primary keys are not allowed in the same batch: invalid parameter")
        return collection.upsert(batch, rows.partition)

    def delete(self, collection: Collection, deletion: Deletion) -> Deleted:
        """Deletes by primary keys (no load needed) or by any filter (the collection must be loaded)."""
        partitions = (deletion.partition,) if deletion.partition else ()
        refuse_named_partitions(collection, partitions)
        self._partitions.check_exist(collection, partitions)
        predicate = _delete_plan(collection.schema, deletion)
        if predicate.primary_keys is not None:
            keys = pa.array(predicate.primary_keys, arrow_type(collection.schema.primary))
            return collection.delete_keys(keys, deletion.partition)
        if collection.view.loaded_partitions is None:
            raise CollectionNotLoaded(f"collection not loaded[collection={collection.name}]")
        return collection.delete_where(predicate, partitions)

    def flush(self, collection: Collection) -> Flushed:
        """Seals what is growing; returns when it is durable in segment files."""
        return collection.flush()

    def _check_target(self, collection: Collection, rows: SentRows) -> None:
        if rows.schema_timestamp and rows.schema_timestamp != schema_timestamp(collection):
            raise SchemaMismatch(f"collection schema mismatch[collection={collection.name}]")
        partitions = (rows.partition,) if rows.partition else ()
        refuse_named_partitions(collection, partitions)
        self._partitions.check_exist(collection, partitions)


def _written(collection: Collection, write: Callable[[], Inserted]) -> Inserted:
    """What the write gives; it is begun anew while the schema changes between the check of its rows and their commit.

    Raises SchemaMismatch when the client said which schema it means, and that is another one.
    """
    while True:
        seen = collection.schema
        try:
            return write()
        except SchemaMismatch:
            if collection.schema is seen:
                raise


def _delete_plan(schema: CollectionSchema, deletion: Deletion) -> Predicate:
    try:
        predicate = compile_filter(deletion.filter, schema, deletion.templates)
    except FilterInvalid as wrong:
        text = _DELETE_PLAN + wrong.message.removeprefix(_QUERY_PLAN)
        raise FilterInvalid(text, position=wrong.position, hint=wrong.hint) from None
    if predicate.always_true:
        raise ParameterInvalid(f"delete plan can't be empty or always true : {deletion.filter}")
    return predicate
