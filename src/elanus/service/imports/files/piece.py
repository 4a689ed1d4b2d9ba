"""What a reader gives, and is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service.imports.options import ImportOptions
from elanus.service.rows.block import SentColumn

PIECE_BYTES = 16 * 2**20
PIECE_ROWS = 65536

_TEXT_BYTES = 64
"""Of a value whose size its field does not tell."""
_VECTOR_BYTES = {
    DataType.FLOAT_VECTOR: 4.0,
    DataType.FLOAT16_VECTOR: 2.0,
    DataType.BFLOAT16_VECTOR: 2.0,
    DataType.INT8_VECTOR: 1.0,
    DataType.BINARY_VECTOR: 0.125,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file, in order.

    done  share of the file, 0..1, that was read up to their end
    """

    columns: Sequence[SentColumn]
    row_count: int
    done: float


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or the files that are read together.

    scratch    a directory for files without a name
    takes_key  whether a primary key that could be generated may be given
    """

    paths: tuple[Path, ...]
    schema: CollectionSchema
    options: ImportOptions
    scratch: Path
    takes_key: bool = False

    @property
    def path(self) -> Path:
        return self.paths[0]


class FileReader(Protocol):
    """Raises ImportFailed for what is in the file: it says the row, counted from the first of the piece."""

    def __call__(self, source: Source) -> Iterator[Piece]: ...


def rows_at_once(schema: CollectionSchema) -> int:
    """How many rows a piece has, so that it is about ``PIECE_BYTES`` at most."""
    return int(max(1, min(PIECE_ROWS, PIECE_BYTES // sum(map(_bytes_of, schema.fields)))))


def _bytes_of(field: Field) -> float:
    return max(field.dim * _VECTOR_BYTES.get(field.type, 0.0), _TEXT_BYTES)
