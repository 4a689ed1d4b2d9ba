"""The columns of fields that rows were written without: computed by a function, or the same in every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pyarrow as pa

from elanus.schema.arrow import filled, holds, missing
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.function import Function
from elanus.segment.vectors import sparse_column
from elanus.text.analyzers import analyzers_of
from elanus.text.terms import term_counts

Columns: TypeAlias = Callable[[str], pa.Array]
"""Gives the column of a name."""


def computed(schema: CollectionSchema, columns: Columns) -> dict[str, pa.Array]:
    """The column of each field that a function computes, from the checked columns of the others."""
    return {function.outputs[0]: _term_counts(schema, function, columns) for function in schema.functions}


def made(schema: CollectionSchema, field: Field, count: int, columns: Columns) -> pa.Array:
    """What so many rows that do not store this field hold of it. columns  their other ones"""
    function = schema.function_of(field)
    return missing(field, count) if function is None else _term_counts(schema, function, columns)


def filled_rows(rows: pa.RecordBatch, schema: CollectionSchema, written_ts: int) -> pa.RecordBatch:
    """As :func:`elanus.schema.arrow.filled`, with what functions compute that came after the rows."""
    whole = filled(rows, schema, written_ts)
    for field in _late_outputs(schema, rows.schema.names, written_ts):
        place = whole.schema.get_field_index(field.name)
        column = made(schema, field, whole.num_rows, whole.column)
        whole = whole.set_column(place, whole.schema.field(place), column)
    return whole


def _late_outputs(schema: CollectionSchema, names: list[str], written_ts: int) -> Iterator[Field]:
    outputs = (schema.by_name[name] for function in schema.functions for name in function.outputs)
    return (field for field in outputs if not holds(names, field, written_ts))


def _term_counts(schema: CollectionSchema, function: Function, columns: Columns) -> pa.Array:
    field = schema.by_name[function.inputs[0]]
    cut = analyzers_of(field.analyzer_params, field.multi_analyzer_params)
    if not cut.by_field:
        return sparse_column(term_counts(cut.default.tokens(columns(field.name))))
    return sparse_column(cut.term_counts(columns(field.name), columns(cut.by_field)))
