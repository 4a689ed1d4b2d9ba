"""BITMAP: for each distinct value a compressed bitmap of its rows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyroaring

from elanus.index.params import Param, Values
from elanus.index.scalar._entries import Entries, sorted_entries
from elanus.index.scalar._postings import Bitmaps
from elanus.index.scalar._term_index import TermIndex
from elanus.index.scalar._terms import terms_of
from elanus.index.scalar.base import BOOL_INTS_VARCHAR, Payload, ScalarIndex, ScalarType
from elanus.schema.types import DataType

CARDINALITY_LIMIT = Param(
    "bitmap_cardinality_limit",
    int,
    "AUTOINDEX makes bitmaps up to so many distinct values in a segment; without effect on BITMAP itself.",
    low=1,
    high=1000,
    default=100,
)


def bitmaps(entries: Entries) -> Payload:
    starts = entries.starts()
    maps = [_serialised(entries.rows[first:end]) for first, end in pairwise(starts)]
    return {
        "terms": entries.values.take(pa.array(starts[:-1])),
        "bitmaps": pa.array(maps, pa.large_binary()),
        "counts": pa.array(np.diff(starts)),
    }


def build(column: pa.Array, params: Values) -> Payload:
    return bitmaps(sorted_entries(column))


def open_bitmaps(payload: Payload, row_count: int) -> ScalarIndex:
    postings = Bitmaps(payload["bitmaps"], payload["counts"].to_numpy())
    return TermIndex(terms_of(payload["terms"]), postings, row_count)


def _serialised(rows: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> bytes:
    bitmap = pyroaring.BitMap(rows)
    bitmap.run_optimize()
    return bytes(bitmap.serialize())


DECLARATION = ScalarType(
    name="BITMAP",
    about="One compressed bitmap per value. Small and fast for fields of few different values.",
    data_types=(*BOOL_INTS_VARCHAR, DataType.ARRAY),
    element_types=BOOL_INTS_VARCHAR,
    build_params=(CARDINALITY_LIMIT,),
    unfit="bitmap index are only supported on bool, int, string and array field",
    on_primary_key="create bitmap index on primary key not supported",
    build=build,
    open=open_bitmaps,
)
