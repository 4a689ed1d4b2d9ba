"""Which field a search is of."""

from __future__ import annotations

from elanus.errors import ParameterInvalid
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field


def searched_field(schema: CollectionSchema, name: str) -> Field:
    """The vector field of this name; "" = the only one. Raises ParameterInvalid, FieldNotFound."""
    if not name:
        if len(schema.vector_fields) > 1:
            raise ParameterInvalid("multiple anns_fields exist, please specify a anns_field in search_params")
        return schema.vector_fields[0]
    found = schema.field(name)
    if not found.is_vector:
        names = ", ".join(field.name for field in schema.vector_fields)
        raise ParameterInvalid(f"field {found.name} is not a vector field: search one of {names}")
    return found
