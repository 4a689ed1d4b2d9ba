"""Rows of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator

from elanus.service.imports.files.arrow_columns import sent_columns
from elanus.service.imports.files.names import undeclared
from elanus.service.imports.files.piece import Piece, Source, rows_at_once
from elanus.service.imports.files.refused import readable


def read_parquet(source: Source) -> Iterator[Piece]:
    """One column for each field, of the fitting type: docs/import.md."""
    from pyarrow.parquet import ParquetFile

    with readable(source.path, "Parquet file"), ParquetFile(source.path, pre_buffer=False) as file:
        others = undeclared(source, file.schema_arrow.names)
        read = 0
        for rows in file.iter_batches(rows_at_once(source.schema)):
            read += rows.num_rows
            yield Piece(sent_columns(source.schema, rows, others), rows.num_rows, read / file.metadata.num_rows)
