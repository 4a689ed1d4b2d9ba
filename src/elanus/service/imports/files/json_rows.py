"""Rows of a JSON file: ``[{...}, ...]``, ``{"rows": [{...}, ...]}``, or one object a line.

A copy of the file is mapped; each row stays a piece of it until it is its turn to be read.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson

from elanus.errors import ImportFailed
from elanus.schema.field import DYNAMIC_FIELD_NAME
from elanus.service.imports.files.dynamic import dynamic_column
from elanus.service.imports.files.json_values import json_values
from elanus.service.imports.files.mapped import mapped_copy
from elanus.service.imports.files.names import undeclared
from elanus.service.imports.files.piece import PIECE_ROWS, Piece, Source
from elanus.service.imports.files.refused import readable
from elanus.service.rows.block import SentColumn

TEXT_BYTES = 2 * 2**20
"""Text of the rows of a piece: as Python's numbers it takes several times as much."""


class _Content(msgspec.Struct):
    rows: list[msgspec.Raw]


def read_json(source: Source) -> Iterator[Piece]:
    """An array of rows, or an object whose ``rows`` are one."""
    with readable(source.path, "JSON file"):
        yield from _pieces(source, _rows(mapped_copy(source.path, source.scratch)))


def read_json_lines(source: Source) -> Iterator[Piece]:
    """A row a line."""
    with readable(source.path, "JSONL file"):
        content = mapped_copy(source.path, source.scratch)
        yield from _pieces(source, msgspec.json.Decoder(msgspec.Raw).decode_lines(content))


def _rows(content: mmap.mmap) -> list[msgspec.Raw]:
    if content[:4096].lstrip()[:1] == b"[":
        return msgspec.json.decode(content, type=list[msgspec.Raw])
    return msgspec.json.decode(content, type=_Content).rows


def _pieces(source: Source, raws: Sequence[msgspec.Raw]) -> Iterator[Piece]:
    first = size = 0
    for number, raw in enumerate(raws):
        size += len(memoryview(raw))
        if size >= TEXT_BYTES or number + 1 - first >= PIECE_ROWS or number + 1 == len(raws):
            yield _piece(source, raws[first : number + 1], (number + 1) / len(raws))
            first, size = number + 1, 0


def _piece(source: Source, raws: Sequence[msgspec.Raw], done: float) -> Piece:
    rows: list[Any] = orjson.loads(b"[" + b",".join(raws) + b"]")
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ImportFailed(f"invalid JSON format, each row should be a key-value map, row {place}")
    return Piece(_columns(source, rows), len(rows), done)


def _columns(source: Source, rows: Sequence[dict[str, Any]]) -> list[SentColumn]:
    schema = source.schema
    names = list(dict.fromkeys(name for row in rows for name in row))
    others = frozenset(undeclared(source, names))
    columns = [
        SentColumn(field.name, field.type, json_values(field, [row.get(field.name) for row in rows]))
        for field in schema.user_fields
        if field.name in names
    ]
    if schema.dynamic is not None and (others or DYNAMIC_FIELD_NAME in names):
        metas = [row.get(DYNAMIC_FIELD_NAME) for row in rows]
        columns.append(dynamic_column(metas, [{name: row[name] for name in row if name in others} for row in rows]))
    return columns
