"""From what a client asked for to a spec that can be built: type, metric and parameters checked against the field.

source  order of the rules and their texts: Milvus, CreateIndex, of each generation
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elanus.errors import DimensionMismatch, Error, InvalidArgument, ParameterInvalid, Rejected
from elanus.index.base import IndexSpec, IndexType
from elanus.index.curve import TARGET_RECALL, target_of
from elanus.index.generation import NEWEST, Generation
from elanus.index.params import Values, read_values
from elanus.index.registry import index_type, offered
from elanus.index.scalar.types import find_scalar_type
from elanus.index.wording import metric_refusal
from elanus.schema.field import Field
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.types import DataType

AUTOMATIC = "AUTOINDEX"
PROPERTIES = frozenset({"mmap.enabled", "warmup", "indexoffsetcache.enabled"})
"""Keys that say how an index is kept, not how it is built; every type may have them."""

_INVALID = "invalid parameter[expected=valid index params][actual=invalid index params]"


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """An index as a client asks for it.

    type    name or alias; "" = automatic
    metric  name; "" = not given
    params  build parameters as sent: flat keys and the content of ``params`` merged
    on_cpu  a type that needs a GPU may be served by its equivalent on the CPU
    """

    type: str = ""
    metric: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    on_cpu: bool = False


def resolve(request: IndexRequest, target: Field, generation: Generation = NEWEST) -> IndexSpec:
    """The spec to build for this vector field: type and metric fit it, every build parameter has a value.

    Raises ParameterInvalid with the text of that generation (1.x: also IndexNotSupported, DimensionMismatch), Rejected
    for parameters beside an automatic type.
    """
    if find_scalar_type(request.type) is not None:
        raise ParameterInvalid(
            f"data type {target.type.milvus_name} can't build with this index {request.type}: {_INVALID}"
        )
    declaration = offered(request.type or default_type(generation), generation)
    return _Asked(request, declaration, target, generation).spec()


def check_search(spec: IndexSpec, given: Mapping[str, Any], k: int, generation: Generation = NEWEST) -> Values:
    """Search parameters of one search of k rows, checked, defaults filled in (:meth:`IndexType.check_search`)."""
    target_of(given, spec)
    return index_type(spec.type).check_search(given, k, generation)


def check_search_of_any(
    specs: Sequence[IndexSpec], given: Mapping[str, Any], k: int, generation: Generation = NEWEST
) -> None:
    """The search parameters fit one of the specs: while an index is being replaced, those of either do.

    raises  the first refusal (:func:`check_search`); nothing when there are no specs
    """
    refusals = []
    for spec in specs:
        try:
            check_search(spec, given, k, generation)
            return
        except InvalidArgument as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]


def flattened(sent: Mapping[str, str]) -> dict[str, str]:
    """Parameters as sent with the content of ``params``, a JSON object, merged over the others; values as text."""
    flat = dict(sent)
    text = flat.pop("params", "")
    if not text:
        return flat
    try:
        nested = json.loads(text)
    except ValueError as wrong:
        raise ParameterInvalid(f"parse params failed: {text} is not valid JSON ({wrong}): invalid parameter") from None
    if not isinstance(nested, dict):
        raise ParameterInvalid(f"parse params failed: a JSON object is expected, got {text}: invalid parameter")
    return flat | {key: value if isinstance(value, str) else json.dumps(value) for key, value in nested.items()}


def default_type(generation: Generation) -> str:
    """What a request without a type means."""
    return "IVF_PQ" if generation is Generation.V2_0 else AUTOMATIC


def default_metric(generation: Generation, kind: DataType = DataType.FLOAT_VECTOR) -> Metric:
    """The metric of an automatic index that was asked for without one."""
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return Metric.IP
    if kind is DataType.BINARY_VECTOR:
        return Metric.JACCARD if generation <= Generation.V2_4 else Metric.HAMMING
    return Metric.IP if generation <= Generation.V2_4 else Metric.COSINE


def automatic_type(kind: DataType, metric: Metric) -> str:
    """The index type that AUTOINDEX is on a field of this type.

    Binary rows are compared so fast that BIN_FLAT, which is exact, beats lists up to millions of rows.
    """
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return "SPARSE_INVERTED_INDEX"
    if kind is DataType.BINARY_VECTOR:
        return "MINHASH_LSH" if metric is Metric.MHJACCARD else "BIN_FLAT"
    return AUTOMATIC


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request whose type is known."""

    request: IndexRequest
    declaration: IndexType
    target: Field
    generation: Generation

    def spec(self) -> IndexSpec:
        self._check_machine()
        metric = self._metric()
        if self.target.type not in self.declaration.data_types:
            raise self._refusal(self._unfit())
        if metric not in self.declaration.metrics:
            raise self._refusal(metric_refusal(self.target.type, metric.value))
        given = self.request.params.get("dim", self.target.dim)
        if str(given) != str(self.target.dim):
            raise self._refusal(f"dimension mismatch, dimension in schema: {self.target.dim}, dimension: {given}")
        return self._chosen(metric, self._build_values(metric))

    def _chosen(self, metric: Metric, params: Values) -> IndexSpec:
        """AUTOINDEX is a type of its own for dense rows, and stands for another type for the rest."""
        declaration = self.declaration
        name = automatic_type(self.target.type, metric) if declaration.name == AUTOMATIC else declaration.name
        if name != declaration.name:
            params = read_values(index_type(name).build_params, {})
        return IndexSpec(name, metric, self.target.dim, params, self.target.type)

    def _check_machine(self) -> None:
        if self.declaration.needs_gpu and not self.request.on_cpu:
            raise ParameterInvalid(
                f"invalid parameter[expected=valid index][actual=invalid index type: {self.declaration.name}]",
                detail=f"{self.declaration.name} needs a GPU. {self.declaration.stands_in}",
            )

    def _metric(self) -> Metric:
        name = self.request.metric
        if not self.target.is_vector:
            raise self._refusal(self._unfit())
        computed = self.target.holds_term_counts
        if not name and computed:
            return Metric.BM25
        if not name and self.declaration.name == AUTOMATIC:
            return default_metric(self.generation, self.target.type)
        if not name:
            raise self._refusal("metric type not set for vector index")
        metric = next((m for m in metrics_of(self.target.type) if m.value == name.upper()), None)
        if metric is None:
            raise self._refusal(metric_refusal(self.target.type, name))
        if metric is Metric.BM25 and not computed:
            raise self._refusal("only BM25 Function output field support BM25 metric type")
        if computed and metric is not Metric.BM25:
            raise self._refusal(f"index metric type of BM25 function output field must be BM25, got {metric}")
        return metric

    def _build_values(self, metric: Metric) -> Values:
        declaration, given = self.declaration, self.request.params
        if declaration.name == AUTOMATIC and set(given) - PROPERTIES - {"dim", TARGET_RECALL}:
            raise Rejected("only metric type can be passed when use AutoIndex")
        try:
            values = read_values(declaration.build_params, given, declaration.rules(self.generation))
            if declaration.check_build is not None:
                declaration.check_build(IndexSpec(declaration.name, metric, self.target.dim, values, self.target.type))
        except ParameterInvalid as wrong:
            raise self._refusal_of_params(wrong.message) from None
        for param in declaration.build_params:
            if param.divides_dim and values[param.name] and self.target.dim % int(values[param.name]):
                raise self._refusal_of_pieces(param.name, values[param.name])
        return values

    def _unfit(self) -> str:
        return f"data type {self.target.type.milvus_name} can't build with this index {self.declaration.name}"

    def _refusal_of_pieces(self, name: str, value: object) -> Error:
        if self.generation is Generation.V1:
            return DimensionMismatch(f"Invalid collection dimension, dimension can not be divided by {name}")
        return self._refusal_of_params(
            f"The dimension of a vector (dim) should be a multiple of the number of subquantizers "
            f"({name}). Dimension: {self.target.dim}, {name}: {value}"
        )

    def _refusal_of_params(self, text: str) -> ParameterInvalid:
        """2.3 and 2.4 say only that something is wrong with the parameters; the detail says what."""
        if Generation.V2_3 <= self.generation <= Generation.V2_4:
            return ParameterInvalid(_INVALID, detail=text)
        return self._refusal(text)

    def _refusal(self, text: str) -> ParameterInvalid:
        if self.generation is Generation.V1:
            return ParameterInvalid(text)
        if self.generation <= Generation.V2_2:
            given = json.dumps(dict(self.request.params), sort_keys=True, default=str)
            return ParameterInvalid(f"invalid index params: {given}", detail=text)
        return ParameterInvalid(f"{text}: {_INVALID}")
