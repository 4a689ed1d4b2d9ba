"""Calls on the fields of a collection."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.schemas import FieldBody, field_draft
from elanus.doors.rest.values import texts
from elanus.engine.collection import Collection
from elanus.errors import ParameterInvalid
from elanus.service import Service


class FieldParams(OfCollection, frozen=True, kw_only=True):
    field_name: str
    field_params: dict[str, Any] = field(default_factory=dict)


class NewField(OfCollection, frozen=True, kw_only=True):
    schema: FieldBody


class OfField(OfCollection, frozen=True, kw_only=True):
    """One of the two names the field."""

    field_name: str = ""
    field_id: int = 0


class FieldCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._fields = service.fields

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("collections/fields/add", NewField, self.add, "Add a nullable field."),
            V2.endpoint("collections/fields/drop", OfField, self.drop, "Drop a field with its values and indexes."),
            V2.endpoint("collections/fields/alter_properties", FieldParams, self.alter, "Change field limits."),
        ]

    def add(self, body: NewField, context: Context) -> Reply:
        self._fields.add(self._collection(body, context), field_draft(body.schema))
        return Reply()

    def drop(self, body: OfField, context: Context) -> Reply:
        if bool(body.field_name) == bool(body.field_id):
            raise ParameterInvalid("either fieldName or fieldId is expected, and not both: invalid parameter")
        self._fields.drop(self._collection(body, context), body.field_name, body.field_id)
        return Reply()

    def alter(self, body: FieldParams, context: Context) -> Reply:
        self._fields.alter(self._collection(body, context), body.field_name, texts(body.field_params), [])
        return Reply()

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)
