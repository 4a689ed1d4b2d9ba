"""From what a client asked for to a spec that can be built: type, metric and parameters checked against the field.

source  order of the rules and their texts: Milvus 2.4 and later, CreateIndex
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected
from elanus.index.base import IndexSpec, IndexType
from elanus.index.params import Values, read_values
from elanus.index.registry import index_type
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

AUTOMATIC = "AUTOINDEX"
AUTOMATIC_METRIC = Metric.COSINE
PROPERTIES = frozenset({"mmap.enabled", "warmup", "indexoffsetcache.enabled"})
"""Keys that say how an index is kept, not how it is built; every type may have them."""

_INVALID = "invalid parameter[expected=valid index params][actual=invalid index params]"
_VECTOR_CLASSES = {
    DataType.BINARY_VECTOR: "binary vector index does not support metric type: ",
    DataType.INT8_VECTOR: "int vector index does not support metric type: ",
}


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """An index as a client asks for it.

    type    name or alias; "" = automatic
    metric  name; "" = not given
    params  build parameters as sent: flat keys and the content of ``params`` merged
    """

    type: str = ""
    metric: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def resolve(request: IndexRequest, target: Field) -> IndexSpec:
    """The spec to build for this field: type and metric fit it, every build parameter has a value.

    Raises ParameterInvalid with Milvus's text, Rejected for parameters beside an automatic type, NotImplementedYet
    for scalar fields.
    """
    declaration = index_type(request.type or AUTOMATIC)
    if not target.is_vector and declaration.name == AUTOMATIC:
        raise NotImplementedYet(f"indexes on scalar fields are not offered yet, field: {target.name}")
    metric = _metric(request.metric, declaration, target)
    if target.type not in declaration.data_types:
        _refuse(f"data type {target.type.milvus_name} can't build with this index {declaration.name}")
    _check_dim(request.params, target)
    return IndexSpec(declaration.name, metric, target.dim, _build_values(declaration, request.params, target.dim))


def check_search(spec: IndexSpec, given: Mapping[str, Any], k: int) -> Values:
    """Search parameters of one search of k rows, checked, defaults filled in (:meth:`IndexType.check_search`)."""
    return index_type(spec.type).check_search(given, k)


def _metric(name: str, declaration: IndexType, target: Field) -> Metric:
    if not target.is_vector:
        _refuse(f"data type {target.type.milvus_name} can't build with this index {declaration.name}")
    if not name and declaration.name == AUTOMATIC:
        return AUTOMATIC_METRIC
    if not name:
        _refuse("metric type not set for vector index")
    metric = next((m for m in declaration.metrics if m.value == name.upper()), None)
    if metric is None:
        _refuse(_VECTOR_CLASSES.get(target.type, "float vector index does not support metric type: ") + name)
    return metric


def _check_dim(params: Mapping[str, Any], target: Field) -> None:
    given = params.get("dim", target.dim)
    if str(given) != str(target.dim):
        _refuse(f"dimension mismatch, dimension in schema: {target.dim}, dimension: {given}")


def _build_values(declaration: IndexType, given: Mapping[str, Any], dim: int) -> Values:
    if declaration.name == AUTOMATIC and set(given) - PROPERTIES - {"dim"}:
        raise Rejected("only metric type can be passed when use AutoIndex")
    try:
        values = read_values(declaration.build_params, given)
    except ParameterInvalid as wrong:
        _refuse(wrong.message)
    for param in declaration.build_params:
        if param.divides_dim and dim % int(values[param.name]):
            _refuse(
                f"The dimension of a vector (dim) should be a multiple of the number of subquantizers "
                f"({param.name}). Dimension: {dim}, {param.name}: {values[param.name]}"
            )
    return values


def _refuse(text: str) -> NoReturn:
    raise ParameterInvalid(f"{text}: {_INVALID}")
