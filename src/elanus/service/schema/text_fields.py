"""Which text fields are cut into terms, and how: ``enable_analyzer``, ``enable_match``, ``analyzer_params`` and others.

source  Milvus 2.6: rules of a field with an analyzer and their texts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elanus.errors import SchemaInvalid
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.properties import truth
from elanus.service.schema.drafts import FieldDraft
from elanus.text.analyzers import Analyzers, analyzers_of

ENABLE_ANALYZER, ENABLE_MATCH = "enable_analyzer", "enable_match"
PARAMS, MULTI_PARAMS = "analyzer_params", "multi_analyzer_params"
_EVERY = (ENABLE_ANALYZER, ENABLE_MATCH, PARAMS, MULTI_PARAMS)


@dataclass(frozen=True, slots=True)
class TextParams:
    """What a field says of its texts, as sent; "" = nothing is said."""

    enable_analyzer: bool = False
    enable_match: bool = False
    analyzer_params: str = ""
    multi_analyzer_params: str = ""


def text_params(draft: FieldDraft) -> TextParams:
    """Checked, as far as the field alone says. Raises SchemaInvalid, ParameterInvalid, NotImplementedYet."""
    given = {name: draft.params[name] for name in _EVERY if name in draft.params}
    enabled, matched = (truth(given.get(name, "false")) for name in (ENABLE_ANALYZER, ENABLE_MATCH))
    params = TextParams(enabled, matched, given.get(PARAMS, ""), given.get(MULTI_PARAMS, ""))
    if params == TextParams():
        return params
    if draft.type is not DataType.VARCHAR:
        raise SchemaInvalid(
            f"field {draft.name} of type {draft.type.milvus_name} can have no analyzer, VarChar fields can:"
            " invalid parameter"
        )
    if params.enable_match and not params.enable_analyzer:
        raise SchemaInvalid(
            f"field {draft.name} which has enable_match or is input of BM25 function must also enable_analyzer"
        )
    if params.multi_analyzer_params:
        _check_multi(draft.name, params)
    analyzers_of(params.analyzer_params, params.multi_analyzer_params)  # refused before there is a collection
    return params


def analyzers(field: Field) -> Analyzers:
    """Those that cut the texts of this field."""
    return analyzers_of(field.analyzer_params, field.multi_analyzer_params)


def check_deciding_fields(fields: Sequence[Field]) -> None:
    """The fields that name the analyzers of others are there, and are texts. Raises SchemaInvalid."""
    by_name = {field.name: field for field in fields}
    for name in deciding_fields(fields):
        decides = by_name.get(name)
        if decides is None:
            raise SchemaInvalid(f"multi analyzer dependent field {name} not exist in collection: invalid parameter")
        if decides.type is not DataType.VARCHAR or decides.auto_id:
            raise SchemaInvalid(
                f"multi analyzer params now only support by string field, but field {name} is not string:"
                " invalid parameter"
            )


def deciding_fields(fields: Sequence[Field]) -> Mapping[str, str]:
    """Names of fields that say how the texts of another are cut, with the name of the other."""
    return {analyzers(field).by_field: field.name for field in fields if field.multi_analyzer_params}


def type_params(field: Field) -> dict[str, str]:
    """What DescribeCollection shows of the analyzers of a field."""
    shown = {ENABLE_ANALYZER: field.enable_analyzer, ENABLE_MATCH: field.enable_match}
    params = {PARAMS: field.analyzer_params, MULTI_PARAMS: field.multi_analyzer_params}
    return {name: "true" for name, is_on in shown.items() if is_on} | {name: one for name, one in params.items() if one}


def _check_multi(name: str, params: TextParams) -> None:
    if params.enable_match:
        raise SchemaInvalid(f"multi analyzer now only support for bm25, but now field {name} enable match")
    if params.analyzer_params:
        raise SchemaInvalid(f"field {name} analyzer params should be none if has multi analyzer params")
