"""How many rows have a term: counted from rows, known by an index, and by a loop."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from conformance.types import SAMPLES, built, spec_of
from elanus.index.term_totals import TermTotals
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType

ROWS = SAMPLES[DataType.SPARSE_FLOAT_VECTOR].vectors
NOTHING = SparseRows(np.zeros(1, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32))


def test_totals_are_those_of_a_loop():
    totals = TermTotals.of(ROWS[100:400])
    rows = ROWS[100:400].packed()
    wanted = Counter(rows.indices.tolist())
    asked = np.array([*list(wanted)[:50], 1, 2**32 - 2], np.uint32)
    assert totals.holders(asked).tolist() == [wanted[dim] for dim in asked.tolist()]
    assert totals.length == pytest.approx(rows.values.sum())


def test_nothing_has_no_totals():
    totals = TermTotals.of(NOTHING)
    assert totals.length == 0
    assert totals.holders(np.array([3], np.uint32)).tolist() == [0]


@pytest.mark.parametrize("name", ["SPARSE_INVERTED_INDEX", "SPARSE_WAND"])
def test_an_index_knows_the_totals_of_its_rows(tmp_path, name):
    index = built(tmp_path / "index", spec_of(name, Metric.BM25))
    known, counted = index.term_totals(), TermTotals.of(ROWS)
    assert known is not None
    assert known.length == pytest.approx(counted.length)
    dims = np.append(counted.dims, np.uint32(7))
    assert np.array_equal(known.holders(dims), counted.holders(dims))
    index.close()


def test_other_indexes_know_nothing_of_terms(tmp_path):
    index = built(tmp_path / "index", spec_of("IVF_FLAT", nlist=4))
    assert index.term_totals() is None
    index.close()
