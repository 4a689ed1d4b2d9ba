"""IVF_PQ: lists of vectors cut into m pieces, each kept as the number of its nearest trained piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from elanus.index._faiss import faiss_metric, library
from elanus.index._ivf import NLIST, NPROBE, REFINE_FACTOR, REFINEMENT, lists_of, open_ivf
from elanus.index._lists.two_passes import TwoPassIvfBuilder
from elanus.index._product import (
    BITS,
    PIECES,
    bit_count,
    code_bytes,
    coded_at_once,
    coding_bytes,
    pieces_seconds,
    table_bytes,
    train_pieces,
)
from elanus.index.base import FLOATING, BuildEstimate, Floats, IndexSpec, IndexType
from elanus.schema.metric import Metric


class IvfPqBuilder(TwoPassIvfBuilder):
    sample_copies = 2.0  # what is left of each row without its centre

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        super().__init__(spec, row_count)
        self.slice_rows = min(self.slice_rows, coded_at_once(self.pieces(spec), self.bits(spec, row_count)))

    def codes_seconds(self, rows: Floats, assign_s: float) -> float:
        return super().codes_seconds(rows, assign_s) + pieces_seconds(lists_of(self._native).pq, len(rows))

    def train_codes(self, rows: Floats) -> Iterator[float]:
        lists = lists_of(self._native)
        return train_pieces(lists.pq, _left_over(lists.quantizer, rows))

    def make_ready(self, lists: Any, rows: Floats) -> None:
        lists.is_trained = True

    @classmethod
    def lists(cls, quantizer: Any, spec: IndexSpec, row_count: int) -> Any:
        nlist, bits = cls.list_count(spec, row_count), cls.bits(spec, row_count)
        native = library().IndexIVFPQ(quantizer, spec.dim, nlist, cls.pieces(spec), bits, faiss_metric(spec.metric))
        native.pq.cp.min_points_per_centroid = 1
        return native

    @classmethod
    def pieces(cls, spec: IndexSpec) -> int:
        return int(spec.params[PIECES.name])

    @classmethod
    def bits(cls, spec: IndexSpec, row_count: int) -> int:
        return bit_count(int(spec.params[BITS.name]), row_count)

    def fewest_rows(self) -> int:
        return int(max(super().fewest_rows(), lists_of(self._native).pq.ksub))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        pieces, bits = cls.pieces(spec), cls.bits(spec, row_count)
        tables = 4 * cls.list_count(spec, row_count) * pieces << bits if spec.metric is Metric.L2 else 0
        lists = cls.ivf_estimate(spec, row_count, code_bytes(pieces, bits), tables, coding_bytes(spec.dim, pieces))
        return replace(lists, disk_bytes=lists.disk_bytes + table_bytes(spec, bits))


def _left_over(centres: Any, rows: Floats) -> Floats:
    """What is left of each row without its nearest centre."""
    nearest = centres.assign(rows, 1)[:, 0]
    left: Floats = centres.reconstruct_batch(nearest)
    return np.subtract(rows, left, out=left)


DECLARATION = IndexType(
    name="IVF_PQ",
    aliases=("IVFPQ", "PQ", "FAISS_PQ"),
    about="The smallest index: a vector in m bytes. Low recall by itself; refine measures candidates again.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(NLIST, replace(PIECES, required=True), BITS, *REFINEMENT),
    search_params=(NPROBE, REFINE_FACTOR),
    builder=IvfPqBuilder,
    open=open_ivf,
    code_1x=6,
)
