"""What BM25 takes from the whole collection: how many rows have a term, and how long a row is on average.

Counted over every row of the loaded partitions that is in the files or in memory, growing rows too, whatever a search
filters; deleted rows count until they are compacted away, as in Milvus.

source  Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; Milvus: idf is
        ln(1 + (n - f + 0.5) / (f + 0.5)) for a term that f of n rows have
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from elanus.index.bm25 import Bm25
from elanus.index.term_totals import Dims, TermTotals
from elanus.schema.field import Field
from elanus.schema.sparse import SparseRows
from elanus.segment.block import Block
from elanus.segment.view import SegmentView, View


def weighed(view: View, field: Field, counts: SparseRows) -> tuple[SparseRows, Bm25]:
    """Queries as weights, and how rows are measured against them.

    counts  how often each query has each of its terms
    """
    loaded = view.loaded_partitions or frozenset()
    segments = [segment for segment in view.segments if segment.partition_id in loaded]
    totals = [one for segment in segments for one in _totals(segment, field)]
    row_count = sum(segment.row_count for segment in segments)
    declared = view.declaration(field.id)
    average = sum(one.length for one in totals) / max(1, row_count)
    bm25 = Bm25.of(declared.params if declared is not None else {}).averaging(average)
    packed = counts.packed()
    weights = _idf(packed.indices, totals, row_count) * packed.values * (bm25.k1 + 1)
    return SparseRows(packed.indptr, packed.indices, weights.astype(np.float32)), bm25


def _totals(segment: SegmentView, field: Field) -> Iterator[TermTotals]:
    """By its index, which has them at hand; else block by block, counted once and kept."""
    serving = segment.indexes.get(field.id)
    known = serving.index.term_totals() if serving is not None else None
    if known is not None:
        yield known
        return
    for block in segment.blocks:
        yield _counted(block, field.name)


def _counted(block: Block, name: str) -> TermTotals:
    return block.derived(("term totals", name), lambda: TermTotals.of(cast("SparseRows", block.vectors(name))))


def _idf(dims: Dims, totals: Sequence[TermTotals], row_count: int) -> npt.NDArray[np.float64]:
    holders = sum((one.holders(dims) for one in totals), np.zeros(len(dims), np.int64))
    return np.asarray(np.log(1 + (row_count - holders + 0.5) / (holders + 0.5)), np.float64)
