"""The columns that functions compute from the columns a client sends."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.segment.vectors import sparse_column
from elanus.service.schema.text_fields import analyzers
from elanus.text.terms import term_counts


def computed(schema: CollectionSchema, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The column of each field that a function computes, from the checked columns of the others."""
    return {
        function.outputs[0]: _term_counts(schema.by_name[function.inputs[0]], columns) for function in schema.functions
    }


def _term_counts(field: Field, columns: Mapping[str, pa.Array]) -> pa.Array:
    texts, cut = columns[field.name], analyzers(field)
    if not cut.by_field:
        return sparse_column(term_counts(cut.default.tokens(texts)))
    return sparse_column(cut.term_counts(texts, columns[cut.by_field]))
