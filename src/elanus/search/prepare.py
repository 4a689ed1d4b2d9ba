"""A search request resolved against a schema: done once for a request that repeats."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from elanus.errors import ParameterInvalid
from elanus.filter import Predicate, compile_filter
from elanus.index.base import IndexSpec
from elanus.index.curve import aimed
from elanus.index.params import Values
from elanus.index.request import check_search as check_search_params
from elanus.index.request import check_search_of_any
from elanus.index.wording import metric_refusal
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.search.checks import check_search
from elanus.search.output import Output, resolve_output
from elanus.search.requests import SearchSpec
from elanus.search.searched import searched_field
from elanus.search.visible import Scope
from elanus.segment.view import ServingIndex, View

REMEMBERED = 1024

_GROUPABLE = {DataType.BOOL, DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.VARCHAR}


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What a spec means for a schema.

    predicate  None = every row passes
    checked    search parameters by index build, filled as builds are met
    suited     indexes declared that took the search parameters, by collection id
    """

    spec: SearchSpec
    schema: CollectionSchema
    field: Field
    scope: Scope
    predicate: Predicate | None
    output: Output
    checked: dict[int, Values] = dataclasses.field(default_factory=dict)
    suited: dict[int, tuple[IndexSpec, ...]] = dataclasses.field(default_factory=dict)

    @property
    def wanted(self) -> int:
        """Rows (or groups) per query before ``offset`` is skipped."""
        return self.spec.offset + self.spec.k

    def check_params(self, view: View) -> None:
        """Raises ParameterInvalid when what is declared for the field, built or not, refuses the search parameters."""
        declared = view.declared.get(self.field.id, ())
        if self.suited.get(view.collection_id) is not declared:
            check_search_of_any(declared, self.spec.params, self.wanted)
            self.suited[view.collection_id] = declared

    def params(self, serving: ServingIndex) -> Values:
        """The user's search parameters, checked by this index's type. Raises ParameterInvalid."""
        try:
            return self.checked[serving.build_id]
        except KeyError:
            given, spec = self.spec.params, serving.spec
            values = aimed(check_search_params(spec, given, self.wanted), given, spec, self.wanted, serving.curve)
            self.checked[serving.build_id] = values
            return values

    def metric(self, view: View) -> Metric:
        """The metric to search with. Raises ParameterInvalid when another than the declared index's is asked."""
        declared = view.metric(self.field.id)
        asked = self.spec.metric
        if asked is None:
            return declared or self.field.metrics[0]
        if declared is not None and asked is not declared:
            raise ParameterInvalid(f"metric type not match: invalid parameter[expected={declared}][actual={asked}]")
        if declared is None and asked not in self.field.metrics:
            raise ParameterInvalid(f"{metric_refusal(self.field.type, asked)}: invalid parameter")
        return asked


def prepare(spec: SearchSpec, schema: CollectionSchema) -> Prepared:
    """The spec resolved and checked, remembered for the next equal one.

    raises  Rejected, ParameterInvalid, FieldNotFound, FilterInvalid
    """
    last = _by_identity.get(id(spec))
    if last is not None and last[0] is spec and last[1].schema is schema:
        return last[1]
    prepared = _prepare_equal(spec, schema)
    if len(_by_identity) >= REMEMBERED:
        _by_identity.clear()
    _by_identity[id(spec)] = (spec, prepared)
    return prepared


def _prepare_equal(spec: SearchSpec, schema: CollectionSchema) -> Prepared:
    key = _key(spec, schema)
    try:
        known = _prepared.get(key)
    except TypeError:  # a list among the parameters or templates: nothing to remember it by
        return _resolve(spec, schema)
    if known is None:
        if len(_prepared) >= REMEMBERED:
            _prepared.clear()
        known = _prepared[key] = _resolve(spec, schema)
    return known


_prepared: dict[Hashable, Prepared] = {}

_by_identity: dict[int, tuple[SearchSpec, Prepared]] = {}
"""The same spec object again (a door keeps those it has read) is not even compared; it is held, so its id stays its."""

_plain_attributes = attrgetter(*(name for name in SearchSpec.__slots__ if name not in ("params", "templates")))


def _key(spec: SearchSpec, schema: CollectionSchema) -> Hashable:
    # A Prepared holds its schema, so the id of a remembered schema is never given to another one.
    return (
        id(schema),
        _plain_attributes(spec),
        _values(spec.params),
        _values(spec.templates),
    )


def _values(given: Mapping[str, Any]) -> Hashable:
    """Equal only when types are too: 1, 1.0 and True mean different things to whoever checks them."""
    return tuple((name, type(value), value) for name, value in given.items())


def _resolve(spec: SearchSpec, schema: CollectionSchema) -> Prepared:
    check_search(spec)
    if spec.group_by:
        _check_groupable(schema.field(spec.group_by))
    field = searched_field(schema, spec.field)
    if spec.group_by and field.type is DataType.BINARY_VECTOR:
        raise ParameterInvalid("not support search_group_by operation based on binary vector column: invalid parameter")
    predicate = compile_filter(spec.filter, schema, spec.templates)
    return Prepared(
        spec,
        schema,
        field,
        Scope(spec.partitions, spec.ignore_growing, spec.snapshot_ts),
        None if predicate.always_true else predicate,
        resolve_output(spec.output_fields, schema),
    )


def _check_groupable(found: Field) -> None:
    if found.type not in _GROUPABLE:
        raise ParameterInvalid(
            f"cannot group by field {found.name} of type {found.type.milvus_name}, "
            "allowed are Bool, Int8, Int16, Int32, Int64 and VarChar"
        )
