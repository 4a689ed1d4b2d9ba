"""The index definitions of one collection: declared, altered, switched, dropped. Durable.

A switch is a second definition of the same name that replaces the first: segment after segment serves with the new
index as it finishes, then the old one goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elanus.engine.indexes import status as index_status
from elanus.engine.indexes.family import public_name, role
from elanus.engine.indexes.specs import AUTOMATIC, Spec, kept_params, over, spec_from_json, spec_to_json
from elanus.engine.indexes.wanted import PAUSED, is_paused
from elanus.engine.requests import IndexRequest
from elanus.errors import IndexNotFound, ParameterInvalid, Rejected
from elanus.index.base import IndexSpec
from elanus.index.generation import NEWEST, Generation
from elanus.index.request import flattened
from elanus.schema.field import Field
from elanus.storage.catalog import IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection

NOT_COMPARED = frozenset({"mmap.enabled", "warmup", "indexoffsetcache.enabled"})


class IndexDefinitions:
    """Changed under the collection's lock.

    by_id  every definition, those that replace another among them
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.by_id: dict[int, IndexRecord] = {}

    def create(self, request: IndexRequest) -> None:
        """Declare an index; the same again is nothing new. Raises as Milvus does for a second one on a field."""
        collection = self._collection
        with collection.lock:
            record = self._new(request)
            if record is None:
                return
            with collection.changing() as change:
                change.put(record)
            self.by_id[record.id] = record
            collection.refresh_view()
        collection.indexes.build_what_is_there()

    def declare(self, requests: Sequence[IndexRequest]) -> list[IndexRecord]:
        """The definitions of a collection that is being made; whoever makes it makes them durable with it."""
        for request in requests:
            record = self._new(request)
            if record is not None:
                self.by_id[record.id] = record
        return list(self.by_id.values())

    def of_new_field(self, field: Field, request: IndexRequest) -> IndexRecord:
        """The definition of an index on a field that is being added; whoever adds it makes both durable.

        Raises ParameterInvalid for a name that is taken.
        """
        if any(definition.name == request.name for definition in self.by_id.values()):
            raise ParameterInvalid(f"index name {request.name} already exists in collection: invalid parameter")
        spec = self._collection.resources.index_spec(request.params, field, request.generation)
        return self.record(request.name, field, spec, request.params)

    def drop(self, name: str) -> None:
        """The index of this name, and those that were added beside it."""
        with self._collection.lock:
            self.delete([d for d in self.by_id.values() if public_name(d) == name])

    def alter(self, name: str, set: Mapping[str, str], delete: Sequence[str] = ()) -> None:
        """Change the properties of the index of this name, and of those that were added beside it."""
        with self._collection.lock:
            self.named(name)
            self._alter([d for d in self.by_id.values() if name in (d.name, public_name(d))], set, delete)

    def pause(self, name: str) -> None:
        """Build nothing for this index until it is resumed, durably. Builds under way end, their checkpoints stay."""
        with self._collection.lock:
            self.named(name)
            paused = [d for d in self.by_id.values() if d.name == name]
            self._alter(paused, {PAUSED: "true"}, ())
        self._collection.indexes.builds.stop({definition.id for definition in paused})

    def resume(self, name: str) -> None:
        """Build again, also what failed for good, was refused or cancelled. Raises IndexNotFound."""
        with self._collection.lock:
            self.named(name)
            self._alter([d for d in self.by_id.values() if d.name == name], {}, (PAUSED,))
        self._collection.indexes.builds.resume(name)

    def switch(self, name: str, params: Mapping[str, str], generation: Generation = NEWEST) -> None:
        """Replace type or parameters without a gap. The metric stays; another switch under way is given up."""
        collection = self._collection
        with collection.lock:
            current = self.named(name)
            field = collection.schema.by_id[current.field_id]
            params = {**kept_params(current), **params}
            spec = collection.resources.index_spec(params, field, generation)
            if isinstance(spec, IndexSpec) and spec.metric.value != current.spec["metric"]:
                raise ParameterInvalid(
                    f"a switch keeps the metric: given {spec.metric}, index {name} has {current.spec['metric']}; "
                    "drop the index and create it with the other metric"
                )
            given_up = [d for d in self.by_id.values() if d.replaces == current.id]
            record = replace(
                self.record(name, field, spec, params),
                replaces=current.id,
                state="switching",
                properties=current.properties,
            )
            with collection.changing() as change:
                for definition in given_up:
                    change.delete(definition)
                change.put(record)
            self.forget(given_up)
            self.by_id[record.id] = record
            collection.refresh_view()
        self._collection.indexes.build_what_is_there()

    def conclude_switches(self) -> bool:
        """New definitions whose builds are all there take the place of the old ones; whether there were any."""
        collection = self._collection
        concluded = False
        with collection.lock:
            if collection.dropped:
                return False
            for new in [d for d in self.by_id.values() if d.replaces is not None]:
                if not index_status.pending_segments(collection, new):
                    self._conclude(new)
                    concluded = True
        return concluded

    def _conclude(self, new: IndexRecord) -> None:
        old = self.by_id.get(new.replaces or 0)
        serving = replace(new, replaces=None, state="serving" if old is None else old.state)
        with self._collection.changing() as change:
            if old is not None:
                change.delete(old)
            change.put(serving)
        self.by_id[new.id] = serving
        self.forget([old] if old else [])

    @property
    def any_paused(self) -> bool:
        return any(is_paused(definition) for definition in list(self.by_id.values()))

    def named(self, name: str) -> IndexRecord:
        """The definition of this name, not one that is to replace it. Raises IndexNotFound."""
        for definition in self.by_id.values():
            if definition.name == name and definition.replaces is None:
                return definition
        raise IndexNotFound(f"index not found[indexName={name}]")

    def of_field(self, field_id: int) -> list[IndexRecord]:
        """Those of one field, the serving one before what will replace it."""
        found = [definition for definition in list(self.by_id.values()) if definition.field_id == field_id]
        return sorted(found, key=lambda definition: definition.replaces is not None)

    def declared(self) -> dict[int, tuple[IndexSpec, ...]]:
        """What the index that serves each vector field is declared to be, and then what is to replace it."""
        found: dict[int, tuple[IndexSpec, ...]] = {}
        for definition in sorted(self.by_id.values(), key=lambda definition: definition.replaces is not None):
            spec = spec_from_json(definition.spec)
            if isinstance(spec, IndexSpec) and role(definition, self.by_id) == "serving":
                found[definition.field_id] = (*found.get(definition.field_id, ()), spec)
        return found

    def delete(self, definitions: Sequence[IndexRecord]) -> None:
        """Out of the catalog, with their builds and files. Under the lock."""
        with self._collection.changing() as change:
            for definition in definitions:
                change.delete(definition)
        self.forget(definitions)

    def _alter(self, definitions: Sequence[IndexRecord], set: Mapping[str, str], delete: Sequence[str]) -> None:
        altered = [
            replace(d, properties={k: v for k, v in {**d.properties, **set}.items() if k not in delete})
            for d in definitions
        ]
        with self._collection.changing() as change:
            for definition in altered:
                change.put(definition)
        self.by_id.update({definition.id: definition for definition in altered})

    def _new(self, request: IndexRequest) -> IndexRecord | None:
        """What the request declares; None when it is there already."""
        field = _field(self._collection, request.field)
        spec = self._collection.resources.index_spec(request.params, field, request.generation)
        if self._is_there(request, field, spec):
            return None
        return self.record(request.name, field, spec, request.params)

    def _is_there(self, request: IndexRequest, field: Field, spec: Spec) -> bool:
        for definition in sorted(self.by_id.values(), key=lambda d: d.name != request.name):
            there = self._collection.schema.by_id[definition.field_id]
            same_field = over(spec_from_json(definition.spec), there) == over(spec, field)
            if definition.name == request.name:
                if same_field and _compared(definition.user_params) == _compared(request.params):
                    return True
                raise Rejected("CreateIndex failed: at most one distinct index is allowed per field")
            if same_field:
                raise Rejected("CreateIndex failed: creating multiple indexes on same field is not supported")
        return False

    def record(self, name: str, field: Field, spec: Spec, user_params: Mapping[str, str]) -> IndexRecord:
        resources = self._collection.resources
        return IndexRecord(
            id=resources.new_id(),
            collection_id=self._collection.id,
            field_id=field.id,
            name=name,
            type=user_params.get("index_type") or (spec.type if isinstance(spec, IndexSpec) else AUTOMATIC),
            user_params=dict(user_params),
            spec=spec_to_json(spec),
            created_ts=resources.clock.now(),
            properties={k: v for k, v in flattened(user_params).items() if k in NOT_COMPARED},
        )

    def forget(self, definitions: Sequence[IndexRecord]) -> None:
        """Definitions went (with their records): so do their builds; publish the view without. Under the lock."""
        for definition in definitions:
            self.by_id.pop(definition.id, None)
        self._collection.indexes.builds.forget_definitions({definition.id for definition in definitions})


def _field(collection: Collection, name: str) -> Field:
    field = collection.schema.by_name.get(name)
    if field is None:
        raise Rejected(f"cannot create index on non-exist field: {name}")
    return field


def _compared(params: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in flattened(params).items() if key not in NOT_COMPARED}
