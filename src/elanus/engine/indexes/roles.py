"""Adding an index beside the one that serves, and exchanging their roles. Durable; readers see one published view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elanus.engine.indexes.family import ADDED, EXTENDS, family
from elanus.engine.indexes.specs import kept_params
from elanus.engine.requests import IndexRequest
from elanus.errors import ParameterInvalid, Rejected
from elanus.index.base import IndexSpec
from elanus.schema.field import Field
from elanus.storage.catalog import IndexRecord
from elanus.storage.catalog.records import IndexState

if TYPE_CHECKING:
    from elanus.engine.collection import Collection
    from elanus.engine.indexes.definitions import IndexDefinitions


class IndexRoles:
    """What may be done to the indexes of a field that has several."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def add(self, request: IndexRequest, role: IndexState) -> None:
        """Another index beside the one that serves, of its metric. Raises ParameterInvalid, Rejected."""
        if role not in ADDED:
            raise ParameterInvalid(f"an index is added as one of {', '.join(sorted(ADDED))}, given: {role}")
        collection = self._collection
        field = collection.schema.field(request.field)
        with collection.lock:
            serving = self._serving_on(field)
            params = {**kept_params(serving), **request.params}
            spec = collection.resources.index_spec(params, field, request.generation)
            if not isinstance(spec, IndexSpec):
                raise Rejected(f"only a vector field can have several indexes, {field.name} is none")
            if spec.metric.value != serving.spec["metric"]:
                raise ParameterInvalid(
                    f"indexes of one field share their metric: given {spec.metric}, "
                    f"index {serving.name} has {serving.spec['metric']}"
                )
            if any(d.name == request.name for d in self._definitions.by_id.values()):
                raise Rejected(f"there is an index {request.name} already; choose another name")
            record = self._definitions.record(request.name, field, spec, params)
            extends = {**record.properties, EXTENDS: serving.properties.get(EXTENDS, serving.name)}
            self._put([replace(record, state=role, properties=extends)])
        collection.indexes.build_what_is_there()

    def change(self, name: str, role: IndexState) -> None:
        """From shadow to hidden, which closes its files, or back. Raises IndexNotFound, Rejected, ParameterInvalid."""
        if role not in ADDED:
            raise ParameterInvalid(f"a role is changed to one of {', '.join(sorted(ADDED))}, given: {role}")
        with self._collection.lock:
            definition = self._definitions.named(name)
            self._refuse_serving(definition, "it cannot be hidden")
            self._put([replace(definition, state=role)])

    def promote(self, name: str) -> None:
        """It serves from the next view on; what served becomes the former one. Raises IndexNotFound, Rejected."""
        collection = self._collection
        promoted = self._definitions.named(name)
        if promoted.state == "serving":
            return
        collection.indexes.serving.open_definition(promoted)
        with collection.lock:
            promoted = self._definitions.named(name)
            members = family(promoted, self._definitions.by_id.values())
            under_way = next((d for d in members if d.replaces is not None), None)
            if under_way is not None:
                raise Rejected(f"index {under_way.name} is being switched; wait until it is, or drop one of the two")
            after: dict[IndexState, IndexState] = {"serving": "former", "former": "shadow"}
            changed = [replace(d, state=after[d.state]) for d in members if d.state in after and d.id != promoted.id]
            self._put([*changed, replace(promoted, state="serving")])

    def roll_back(self, name: str) -> str:
        """The former index of this one's field serves again; its name. Raises IndexNotFound, Rejected."""
        members = family(self._definitions.named(name), self._definitions.by_id.values())
        former = next((d for d in members if d.state == "former"), None)
        if former is None:
            raise Rejected(f"nothing served before index {name}; promote one of: {', '.join(d.name for d in members)}")
        self.promote(former.name)
        return former.name

    def discard(self, name: str) -> None:
        """Drop one that does not serve, with what is being built to replace it. Raises IndexNotFound, Rejected."""
        with self._collection.lock:
            definition = self._definitions.named(name)
            self._refuse_serving(definition, "drop all indexes of the field instead")
            self._definitions.delete([d for d in self._definitions.by_id.values() if d.name == name])

    @property
    def _definitions(self) -> IndexDefinitions:
        return self._collection.indexes.definitions

    def _serving_on(self, field: Field) -> IndexRecord:
        for definition in self._definitions.by_id.values():
            if definition.field_id == field.id and definition.state == "serving":
                return definition
        raise Rejected(f"field {field.name} has no index yet: create the one that serves first")

    def _refuse_serving(self, definition: IndexRecord, otherwise: str) -> None:
        if definition.state == "serving":
            raise Rejected(f"index {definition.name} serves: promote another one first; {otherwise}")

    def _put(self, definitions: Sequence[IndexRecord]) -> None:
        """Record them, then publish a view in which they have their roles."""
        with self._collection.changing() as change:
            for definition in definitions:
                change.put(definition)
        self._definitions.by_id.update({definition.id: definition for definition in definitions})
        self._collection.refresh_view()
        self._collection.indexes.serving.close_unused()
