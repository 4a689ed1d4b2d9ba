"""The fields of one collection: added, altered, dropped. Durable.

No row is touched: a segment that was written before a field came says of each row the field's default, or NULL, or
what the field's function computes from the row, and one that still stores a dropped field's column does not show it.
A merge writes what the schema says then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elanus.engine.requests import IndexRequest
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.function import Function
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


class Fields:
    """Every change is one catalog transaction, then one published view."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @property
    def _schema(self) -> CollectionSchema:
        return self._collection.schema

    def add(self, field: Field) -> None:
        """Rows that are there hold its default, or NULL. field  gets an id that no field of the collection had"""
        with self._collection.lock:
            now = self._now()
            self._become(self._schema.with_field(replace(field, id=self._schema.next_field_id, since=now), now))

    def add_computed(self, output: Field, function: Function, index: IndexRequest) -> None:
        """A field, the function that computes it, of rows that are there too, and its index, in one step.

        Raises as the declaration of an index does. Growing rows are computed at once, those in segment files when
        somebody asks.
        """
        with self._collection.lock:
            now = self._now()
            output = replace(output, id=self._schema.next_field_id, since=now)
            declared = self._collection.indexes.definitions.of_new_field(output, index)
            self._become(self._schema.with_function(function, output, now), added=[declared])
        self._collection.indexes.build_what_is_there()

    def drop(self, name: str) -> None:
        """Its values and its indexes go with it. Raises FieldNotFound."""
        with self._collection.lock:
            field = self._schema.field(name)
            indexes = self._collection.indexes.definitions.of_field(field.id)
            self._become(self._schema.without_field(field, self._now()), indexes)

    def drop_function(self, function: Function) -> None:
        """What it computed goes with it, and the indexes of that."""
        with self._collection.lock:
            outputs = [self._schema.field(name) for name in function.outputs]
            of_field = self._collection.indexes.definitions.of_field
            indexes = [index for output in outputs for index in of_field(output.id)]
            self._become(self._schema.without_function(function, self._now()), indexes)

    def alter(self, name: str, set: Mapping[str, str], delete: Sequence[str] = ()) -> None:
        """Change ``max_length``, ``max_capacity`` or a free property of a field. Raises FieldNotFound."""
        with self._collection.lock:
            field = self._schema.field(name)
            sizes = {key: int(set[key]) for key in ("max_length", "max_capacity") if key in set}
            free = {key: value for key, value in set.items() if key not in sizes}
            properties = {key: value for key, value in {**field.properties, **free}.items() if key not in delete}
            self._replace([replace(field, properties=properties, **sizes)])  # type: ignore[arg-type]

    def expect_keys(self) -> None:
        """From now on primary keys come with the rows, they are not generated any more."""
        with self._collection.lock:
            self._replace([replace(field, auto_id=False) for field in self._schema.fields])

    def _replace(self, altered: Sequence[Field]) -> None:
        """Fields by others of the same ids."""
        by_id = {**self._schema.by_id, **{field.id: field for field in altered}}
        self._become(replace(self._schema, fields=tuple(by_id.values()), version=self._now()))

    def _become(
        self, schema: CollectionSchema, dropped: Sequence[IndexRecord] = (), added: Sequence[IndexRecord] = ()
    ) -> None:
        """dropped, added  indexes that go and come in the same step"""
        collection = self._collection
        load = collection.record.load_state
        load = replace(load, load_fields=tuple(name for name in load.load_fields if name in schema.by_name))
        record = replace(collection.record, schema=schema, updated_ts=schema.version, load_state=load)
        with collection.changing() as change:
            for index in dropped:
                change.delete(index)
            for index in added:
                change.put(index)
            change.put(record)
        collection.record = record
        collection.indexes.definitions.by_id.update({index.id: index for index in added})
        collection.indexes.definitions.forget(dropped)

    def _now(self) -> int:
        return self._collection.resources.clock.now()
