"""Inverted lists: skipping lists changes no answer, and a payload of arrays is what was written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.index import _postings
from elanus.index._inverted import InvertedBuilder, InvertedIndex
from elanus.index.arrays import map_arrays, write_arrays
from elanus.index.base import IndexSpec
from elanus.index.exact import exact_search
from elanus.index.registry import index_type
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType

DECLARED = index_type("SPARSE_INVERTED_INDEX")


def data(rng, n, entries=8, dims=12):
    lengths = rng.integers(0, entries, n)
    chosen = [np.sort(rng.choice(dims, length, replace=False)) for length in lengths]
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    values = rng.integers(-3, 9, lengths.sum())
    return SparseRows(indptr, np.concatenate([*chosen, []]).astype(np.uint32), values.astype(np.float32))


def opened(path, vectors, **params):
    spec = IndexSpec("SPARSE_INVERTED_INDEX", Metric.IP, 0, params, DataType.SPARSE_FLOAT_VECTOR)
    builder = InvertedBuilder(spec, len(vectors))
    for at in range(0, len(vectors), 7):
        builder.add(vectors[at : at + 7])
    builder.save(path)
    return InvertedIndex(path, spec)


@given(st.integers(0, 60), st.integers(1, 12), st.booleans(), st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_lists_are_skipped_without_a_change_of_the_answer(tmp_path_factory, n, k, masked, seed):
    """Also where values are negative, rows are masked, or the query has an entry that no row has."""
    rng = np.random.default_rng(seed)
    vectors, asked = data(rng, n), data(rng, 3, dims=14)
    mask = rng.random(n) < 0.5 if masked else None
    index = opened(tmp_path_factory.mktemp("lists") / "a.idx", vectors)
    wanted = exact_search(vectors, asked, k, Metric.IP, rows=None if mask is None else np.flatnonzero(mask))
    for algorithm in ("TAAT_NAIVE", "DAAT_MAXSCORE"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_postings, "WORTH_SKIPPING", 0)
            patch.setattr(_postings, "LOOKUP_COST", 0)
            patch.setattr(_postings, "LEFT_SINCE", 1.0)
            params = DECLARED.check_search({"search_algo": algorithm}, k)
            hits = index.search(asked, k, mask=mask, params=params)
        np.testing.assert_array_equal(hits.rows, wanted.rows)
        np.testing.assert_array_equal(hits.distances, wanted.distances)


def test_the_smallest_entries_of_a_query_are_dropped(tmp_path):
    rng = np.random.default_rng(0)
    vectors = data(rng, 200, entries=12)
    index = opened(tmp_path / "a.idx", vectors)
    asked = SparseRows(np.array([0, 4]), np.array([1, 4, 7, 9], np.uint32), np.array([0.5, -3, 1, 2], np.float32))
    left = SparseRows(np.array([0, 2]), np.array([4, 9], np.uint32), np.array([-3, 2], np.float32))
    hits = index.search(asked, 10, mask=None, params=DECLARED.check_search({"drop_ratio_search": 0.6}, 10))
    np.testing.assert_array_equal(hits.distances, exact_search(vectors, left, 10, Metric.IP).distances)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.9])
def test_the_smallest_values_are_left_out_of_the_index(tmp_path, ratio):
    """It answers as exact search does over rows without them; a row that is short of hits may have lost one."""
    vectors, asked = data(np.random.default_rng(0), 300, entries=12), data(np.random.default_rng(1), 5, dims=14)
    index = opened(tmp_path / "a.idx", vectors, drop_ratio_build=ratio)
    sizes = np.sort(np.abs(vectors.values))
    kept = np.abs(vectors.values) >= sizes[int(ratio * len(sizes))]
    before = np.concatenate([[0], np.cumsum(kept)])
    left = SparseRows(before[vectors.indptr], vectors.indices[kept], vectors.values[kept])
    hits = index.search(asked, 10, mask=None, params=DECLARED.check_search({}, 10))
    np.testing.assert_array_equal(hits.distances, exact_search(left, asked, 10, Metric.IP).distances)
    assert len(map_arrays(tmp_path / "a.idx")["values"]) == kept.sum() < len(vectors.values)
    assert not index.short_is_complete
    assert index.row_count == 300


@pytest.mark.parametrize(("kind", "error"), [("FP16", 2**-10), ("FP32", 0), ("U16", 0), ("U32", 0)])
def test_values_are_kept_as_precisely_as_was_asked(tmp_path, kind, error):
    vectors = data(np.random.default_rng(0), 100)
    vectors = SparseRows(vectors.indptr, vectors.indices, np.abs(vectors.values) + (error and 0.1))
    index = opened(tmp_path / "a.idx", vectors, quant_type=kind)
    hits = index.search(vectors[:5], 10, mask=None, params=DECLARED.check_search({}, 10))
    wanted = exact_search(vectors, vectors[:5], 10, Metric.IP).distances
    found = np.isfinite(wanted)
    np.testing.assert_allclose(hits.distances[found], wanted[found], rtol=error)


def test_what_is_too_large_for_its_type_is_the_largest_it_has(tmp_path):
    vectors = SparseRows(np.array([0, 1]), np.array([3], np.uint32), np.array([1e6], np.float32))
    for kind, largest in (("FP16", 65504), ("U16", 65535)):
        index = opened(tmp_path / f"{kind}.idx", vectors, quant_type=kind)
        asked = SparseRows(np.array([0, 1]), np.array([3], np.uint32), np.ones(1, np.float32))
        assert index.search(asked, 1, mask=None, params=DECLARED.check_search({}, 1)).distances[0, 0] == -largest


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = {
        "none": np.empty((0, 3), np.uint8),
        "odd": np.arange(5, dtype=np.uint8),
        "wide": np.arange(12, dtype=np.uint64).reshape(3, 4).T,
        "half": np.ones(3, np.float16),
    }
    write_arrays(tmp_path / "a", arrays)
    with (tmp_path / "a").open("ab") as file:
        file.write(b"trailer")
    read = map_arrays(tmp_path / "a")
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)
        assert not read[name].flags.writeable
