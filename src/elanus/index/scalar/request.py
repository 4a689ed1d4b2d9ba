"""From what a client asked of a scalar field to a spec that can be built.

source  order of the rules and their texts: Milvus, CreateIndex, of each generation
"""

from __future__ import annotations

from dataclasses import dataclass

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.index.generation import NEWEST, Generation
from elanus.index.params import Values, read_values
from elanus.index.registry import offered
from elanus.index.request import AUTOMATIC, IndexRequest
from elanus.index.scalar._json_params import JSON_CAST_FUNCTION, JSON_CAST_TYPE
from elanus.index.scalar.base import ScalarSpec, ScalarType
from elanus.index.scalar.types import find_scalar_type, scalar_type
from elanus.schema.field import Field
from elanus.schema.types import DataType

_INVALID = "invalid parameter[expected=valid index params][actual=invalid index params]"


def resolve_scalar(request: IndexRequest, target: Field, generation: Generation = NEWEST) -> ScalarSpec:
    """The spec to build for this field: the type fits it, every build parameter has a value.

    Raises ParameterInvalid with the text of that generation, NotImplementedYet for casts not built yet.
    """
    declared = _declared(request, target, generation)
    _check_field(declared, target)
    return ScalarSpec(declared.name, _Asked(request, declared, target, generation).values())


def _declared(request: IndexRequest, target: Field, generation: Generation) -> ScalarType:
    if generation <= Generation.V2_0 or request.type in ("", AUTOMATIC):
        return scalar_type(automatic_type(target, generation))
    found = find_scalar_type(request.type)
    if found is None:
        named = offered(request.type, generation).name
        raise _refusal(f"data type {target.type.milvus_name} can't build with this index {named}")
    if generation <= Generation.V2_3:
        _check_early(found, request.type, target, generation)
    return found


def automatic_type(target: Field, generation: Generation) -> str:
    """The type Milvus of that generation chooses for the field."""
    if target.type is DataType.GEOMETRY:
        return "RTREE"
    if generation <= Generation.V2_3:
        return "TRIE" if target.type is DataType.VARCHAR else "STL_SORT"
    kind = target.element_type if target.type is DataType.ARRAY else target.type
    if generation is Generation.V2_4 or kind is DataType.JSON or (kind.is_float and generation is Generation.V2_5):
        return "INVERTED"
    return "BITMAP" if kind is DataType.BOOL and not target.is_primary else "HYBRID"


def _check_early(found: ScalarType, name: str, target: Field, generation: Generation) -> None:
    """2.2 and 2.3 knew one type for each field; types newer than the client are open to it."""
    right = automatic_type(target, generation)
    if found.name == right or found.since > generation:
        return
    if generation is Generation.V2_3:
        raise ParameterInvalid(f"index type not match: invalid parameter[expected={_EARLY[right]}][actual={name}]")
    if target.type is DataType.JSON:
        raise ParameterInvalid("create index on json field is not supported")
    where = "data type is VarChar" if right == "TRIE" else "is scalar field except VarChar"
    raise ParameterInvalid(f"can only use '{_EARLY[right]}' when {where}")


_EARLY = {"TRIE": "Trie", "STL_SORT": "STL_SORT"}


def _check_field(declared: ScalarType, target: Field) -> None:
    if target.is_primary and declared.on_primary_key:
        raise _refusal(declared.on_primary_key)
    kind = target.type
    fits = kind in declared.data_types and (kind is not DataType.ARRAY or target.element_type in declared.element_types)
    if not fits:
        raise _refusal(declared.unfit.format(type=kind.milvus_name))


@dataclass(frozen=True, slots=True)
class _Asked:
    request: IndexRequest
    declared: ScalarType
    target: Field
    generation: Generation

    def values(self) -> Values:
        given = self.request.params
        try:
            if self.target.type is DataType.JSON:
                self._check_cast()
            if self.declared.check_sent is not None:
                self.declared.check_sent(given)
            values = read_values(self.declared.build_params, given, max(self.generation, self.declared.since))
        except ParameterInvalid as wrong:
            raise _refusal(wrong.message) from None
        json = self.target.type is DataType.JSON
        return {key: value for key, value in values.items() if json or not key.startswith("json_")}

    def _check_cast(self) -> None:
        given = self.request.params
        if JSON_CAST_TYPE not in given:
            raise ParameterInvalid("json index must specify cast type: parameter missing[missing_param=json_cast_type]")
        cast = str(given[JSON_CAST_TYPE]).strip().upper()
        if cast == "JSON" and "VARCHAR" in self.declared.cast_types:
            raise NotImplementedYet("json_cast_type JSON is not implemented yet; index one path and one type of value")
        if cast not in self.declared.cast_types:
            raise ParameterInvalid(f"json_cast_type {cast} is not supported")
        function = given.get(JSON_CAST_FUNCTION)
        if function is not None and str(function).upper() != "STRING_TO_DOUBLE":
            raise ParameterInvalid(f"json_cast_function {function} is not supported")
        if function is not None and cast != "DOUBLE":
            raise ParameterInvalid(f"json_cast_function {function} is not supported for json_cast_type {cast}")


def _refusal(text: str) -> ParameterInvalid:
    return ParameterInvalid(f"{text}: {_INVALID}")
