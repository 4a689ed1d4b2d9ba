"""Index specs: from a user's parameters, and what follows from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from elanus.errors import FilterInvalid, ParameterInvalid
from elanus.filter.field_index import Place
from elanus.filter.syntax.paths import Keys, path_of
from elanus.index import request as index_request
from elanus.index.base import BuildEstimate, IndexSpec
from elanus.index.build import estimate
from elanus.index.generation import NEWEST, Generation
from elanus.index.registry import index_type
from elanus.index.request import IndexRequest, flattened
from elanus.index.scalar.build import estimate_scalar
from elanus.index.scalar.request import resolve_scalar
from elanus.index.scalar.types import scalar_types
from elanus.index.specs import Spec, spec_from_json, spec_to_json
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.storage.catalog import IndexRecord

__all__ = ["Spec", "spec_from_json", "spec_to_json"]

AUTOMATIC = index_request.AUTOMATIC
JSON_PATH, JSON_CAST_TYPE = "json_path", "json_cast_type"


def resolved(params: Mapping[str, str], field: Field, generation: Generation = NEWEST, *, on_cpu: bool = False) -> Spec:
    """The spec of a user's parameters, as sent, by the rules of that generation. Raises ParameterInvalid, Rejected.

    The path of a JSON index is kept as the JSON text of its keys.

    on_cpu  a type that needs a GPU is served by its equivalent on the CPU
    """
    flat = flattened(params)
    build_params = {k: v for k, v in flat.items() if k not in ("index_type", "metric_type")}
    if field.type is DataType.JSON:
        build_params[JSON_PATH] = orjson.dumps(json_keys(flat, field)).decode()
    asked = IndexRequest(flat.get("index_type", ""), flat.get("metric_type", ""), build_params, on_cpu)
    if field.is_vector:
        return index_request.resolve(asked, field, generation)
    return resolve_scalar(asked, field, generation)


def json_keys(flat: Mapping[str, str], field: Field) -> Keys:
    """The keys below the field that ``json_path`` names; without one, the root. Raises ParameterInvalid."""
    text = flat.get(JSON_PATH, field.name)
    try:
        name, *keys = path_of(text)
    except FilterInvalid as wrong:
        raise ParameterInvalid(f"json_path {text} cannot be read: {wrong}; write it as a filter does") from None
    if name == field.name:
        return tuple(keys)
    if field.is_dynamic:
        return (name, *keys)
    raise ParameterInvalid(f"json_path {text} does not begin with the indexed field: {field.name}")


def place_of(spec: Spec, field: Field) -> Place:
    """What an index of this field is over."""
    if field.type is not DataType.JSON:
        return Place(field.name)
    return Place(field.name, tuple(orjson.loads(str(spec.params[JSON_PATH]))), str(spec.params[JSON_CAST_TYPE]))


def over(spec: Spec, field: Field) -> str:
    """What an index is over in words, as Milvus names it: the field, and the path below it (``info/price``)."""
    return str(place_of(spec, field))


def vector_spec(data: Mapping[str, Any]) -> IndexSpec:
    """The spec of an index that is known to be over a vector field."""
    spec = spec_from_json(data)
    assert isinstance(spec, IndexSpec), "a vector field has no other"
    return spec


def kept_params(index: IndexRecord) -> dict[str, str]:
    """What a switch keeps of the user's parameters: the metric, the JSON path and its type."""
    if "metric" in index.spec:
        return {"metric_type": index.spec["metric"]}
    return {key: value for key, value in flattened(index.user_params).items() if key in (JSON_PATH, JSON_CAST_TYPE)}


def shown_field(index: IndexRecord, field: Field) -> str:
    """The field's name as clients see it: that of the key, when the index is over a key of the dynamic field."""
    place = place_of(spec_from_json(index.spec), field)
    return str(place.keys[0]) if field.is_dynamic and place.keys else field.name


def has_build(spec: Mapping[str, Any]) -> bool:
    """Whether there is a file to build: not for FLAT and its like."""
    return spec["type"] in scalar_types() or index_type(spec["type"]).builder is not None


def estimated(spec: Spec, row_count: int) -> BuildEstimate:
    """What a build over so many rows will need."""
    return estimate(spec, row_count) if isinstance(spec, IndexSpec) else estimate_scalar(spec, row_count)
