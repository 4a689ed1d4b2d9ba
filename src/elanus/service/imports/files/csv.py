"""Rows of a CSV file with a head line."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from elanus.schema.field import DYNAMIC_FIELD_NAME
from elanus.service.imports.files.dynamic import dynamic_column
from elanus.service.imports.files.names import undeclared
from elanus.service.imports.files.piece import Piece, Source
from elanus.service.imports.files.refused import readable
from elanus.service.imports.files.text_columns import values_of_texts
from elanus.service.rows.block import SentColumn

BLOCK_BYTES = 8 * 2**20
"""Read at once; no row is larger."""


def read_csv(source: Source) -> Iterator[Piece]:
    """Vectors, arrays and JSON are JSON in a cell; an undeclared column is a text in the dynamic field."""
    with readable(source.path, "CSV file"):
        names = _names(source)
        others = [name for name in undeclared(source, names) if name != DYNAMIC_FIELD_NAME]
        size, read = source.path.stat().st_size, 0
        for rows in _batches(source, names):
            read += rows.nbytes
            if rows.num_rows:
                yield Piece(_columns(source, rows, others), rows.num_rows, min(read / size, 1.0))


def _columns(source: Source, rows: pa.RecordBatch, others: list[str]) -> list[SentColumn]:
    null_text = source.options.null_text
    declared = [field for field in source.schema.user_fields if field.name in rows.schema.names]
    columns = [
        SentColumn(field.name, field.type, values_of_texts(field, rows.column(field.name), null_text))
        for field in declared
    ]
    has_meta = DYNAMIC_FIELD_NAME in rows.schema.names
    if has_meta or others:
        meta = rows.column(DYNAMIC_FIELD_NAME).to_pylist() if has_meta else [None] * rows.num_rows
        metas = [None if text == null_text else text for text in meta]
        texts = rows.select(others).to_pylist() if others else [{}] * rows.num_rows
        columns.append(dynamic_column(metas, [_said(row, null_text) for row in texts]))
    return columns


def _said(cells: dict[str, str], null_text: str) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text != null_text}


def _names(source: Source) -> list[str]:
    with source.path.open("rb") as file:
        head = file.readline()
    return list(_reader(source, pa.BufferReader(head + b"\n")).schema.names)


def _batches(source: Source, names: list[str]) -> Iterator[pa.RecordBatch]:
    yield from _reader(source, str(source.path), {name: pa.string() for name in names})


def _reader(source: Source, file: object, types: dict[str, pa.DataType] | None = None) -> pa.RecordBatchReader:
    from pyarrow import csv

    return csv.open_csv(
        file,
        csv.ReadOptions(block_size=BLOCK_BYTES),
        csv.ParseOptions(delimiter=source.options.separator, newlines_in_values=True),
        csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
