"""From the files of a job to checked rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from elanus.engine.collection import Collection
from elanus.engine.imports.job import ReadRows
from elanus.errors import Error, ImportFailed
from elanus.service.imports.files.kinds import reader_of
from elanus.service.imports.files.piece import Source
from elanus.service.imports.options import ImportOptions
from elanus.service.imports.places import located
from elanus.service.properties import ALLOW_INSERT_AUTO_ID, truth
from elanus.service.rows.block import checked_rows
from elanus.storage.catalog import ImportRecord


class ImportedRows:
    """Reads jobs from the import directory ``root``; ``scratch`` is for files without a name."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self._root = root
        self._scratch = scratch

    def __call__(self, collection: Collection, record: ImportRecord) -> Iterator[ReadRows]:
        """Every row of every file. Raises ImportFailed naming the file, and the row or column."""
        options = ImportOptions.of(record.options)
        takes_key = truth(collection.properties.get(ALLOW_INSERT_AUTO_ID, "false"))
        started_s = time.monotonic()
        for number, file in enumerate(record.files):
            paths = tuple(located(self._root, path) for path in file.paths)
            source = Source(paths, collection.schema, options, self._scratch, takes_key)
            for rows in _rows_of(source, number, file.paths):
                yield rows
                _check_time(options, time.monotonic() - started_s)


def _rows_of(source: Source, number: int, names: tuple[str, ...]) -> Iterator[ReadRows]:
    schema, first = source.schema, 0
    try:
        for piece in reader_of(names)(source):
            sends_key = any(column.name == schema.primary.name for column in piece.columns)
            key = sends_key or not schema.primary.auto_id
            rows = checked_rows(schema, piece.columns, piece.row_count, key=key)
            yield ReadRows(rows, number, piece.done)
            first += piece.row_count
    except Error as wrong:
        counted = f" (rows are counted from row {first} of the file)" if first else ""
        what = wrong.what if isinstance(wrong, ImportFailed) else wrong.message
        raise ImportFailed(f"{', '.join(names)}: {what}{counted}") from None


def _check_time(options: ImportOptions, taken_s: float) -> None:
    if options.timeout_s and taken_s > options.timeout_s:
        raise ImportFailed(f"import timeout: it was to end within {options.timeout_s:g} seconds")
