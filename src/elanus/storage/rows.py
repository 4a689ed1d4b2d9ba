"""Rows on their way to a file: in pieces, so that not all need be in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa


class Rows(Protocol):
    """Rows that come in pieces."""

    @property
    def schema(self) -> pa.Schema: ...

    def pieces(self, columns: Sequence[str]) -> Iterable[pa.RecordBatch]:
        """These columns of all rows, in order; asked twice, the same is given."""


@dataclass(frozen=True)
class Batches:
    """Rows that are in memory, or mapped: at least one batch, all of one schema."""

    batches: Sequence[pa.RecordBatch]

    @property
    def schema(self) -> pa.Schema:
        return self.batches[0].schema

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return (batch.select(list(columns)) for batch in self.batches)
