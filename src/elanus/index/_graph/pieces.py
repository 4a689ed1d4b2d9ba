"""What the graph types over product codes share: how their codes are made, and what these take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elanus.index._foresight import seconds_for
from elanus.index._graph.codes import CodeGraphBuilder
from elanus.index._product import (
    code_bytes,
    coded_at_once,
    coding_bytes,
    piece_codes,
    pieces_seconds,
    table_bytes,
    train_pieces,
)
from elanus.index.base import Floats, Foreseen, IndexSpec


class PieceGraphBuilder(CodeGraphBuilder):
    """A subclass says how many pieces of how many bits."""

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self.coded_at_once = coded_at_once(self.pieces(spec), self.bits(spec, row_count))

    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        raise NotImplementedError

    @classmethod
    def bits(cls, spec: IndexSpec, row_count: int) -> int:
        raise NotImplementedError

    @classmethod
    def codes(cls, spec: IndexSpec, row_count: int) -> Any:
        return piece_codes(spec, cls.pieces(spec), cls.bits(spec, row_count))

    @classmethod
    def code_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        return code_bytes(cls.pieces(spec), cls.bits(spec, row_count))

    @classmethod
    def coding_bytes(cls, spec: IndexSpec) -> int:
        return coding_bytes(spec.dim, cls.pieces(spec))

    @classmethod
    def tables_bytes(cls, spec: IndexSpec, row_count: int) -> int:
        return table_bytes(spec, cls.bits(spec, row_count))

    def fewest_rows(self) -> int:
        return int(self._codes.pq.ksub)

    def codes_foreseen(self, rows: Floats) -> Foreseen:
        pq = self._codes.pq
        coding_s = seconds_for(self._row_count, pq.compute_codes, rows[: self.coded_at_once])
        return Foreseen(pieces_seconds(pq, len(rows)), coding_s)

    def train_codes(self, rows: Floats) -> Iterator[float]:
        return train_pieces(self._codes.pq, rows)
