"""Binary rows in lists: faiss's answer over the mapped file is that of rows compared one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.errors import DataCorrupted
from elanus.index._bit_lists import BitLists
from elanus.index.arrays import map_arrays, offset_of, write_arrays
from elanus.index.base import IndexSpec
from elanus.index.exact import exact_search
from elanus.index.registry import index_type
from elanus.index.vector.bin_ivf_flat import BinIvfFlatBuilder, open_bin_ivf_flat
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARED = index_type("BIN_IVF_FLAT")


def bits(n, size, seed):
    return np.random.default_rng(seed).integers(0, 256, (n, size), dtype=np.uint8)


def trained(vectors, metric=Metric.HAMMING):
    spec = IndexSpec("BIN_IVF_FLAT", metric, 8 * vectors.shape[1], {"nlist": 4}, DataType.BINARY_VECTOR)
    builder = BinIvfFlatBuilder(spec, len(vectors))
    for _ in builder.train(vectors):
        pass
    return spec, builder


def slices(vectors):
    return (vectors[at : at + 70] for at in range(0, len(vectors), 70))


def built(path, vectors, metric=Metric.HAMMING):
    spec, builder = trained(vectors, metric)
    for some in slices(vectors):
        builder.add(some)
    builder.finish(path, slices(vectors))
    return spec


@given(st.integers(1, 80), st.integers(1, 4), st.integers(1, 12), st.integers(1, 9), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_nearest_of_the_lists_visited(tmp_path_factory, n, nq, k, size, seed):
    """Lists may be empty, visited lists may hold fewer than k rows."""
    path, rng = tmp_path_factory.mktemp("lists") / "a.idx", np.random.default_rng(seed)
    rows, queries = bits(n, size, seed), bits(nq, size, seed + 1)
    starts = np.concatenate([[0], np.sort(rng.integers(0, n + 1, 3)), [n]])
    write_arrays(path, {"other": np.arange(5), "rows": rows})
    probed = np.stack([rng.permutation(4)[:2] for _ in range(nq)])
    distances, places = BitLists(path, offset_of(path, "rows"), size, starts).nearest(queries, probed, k)
    for query in range(nq):
        visited = np.concatenate([np.arange(starts[at], starts[at + 1]) for at in probed[query]])
        differing = np.unpackbits(rows ^ queries[query], axis=1).sum(axis=1)
        found = places[query] >= 0
        assert found.sum() == min(k, len(visited))
        assert np.isposinf(distances[query, ~found]).all()
        np.testing.assert_array_equal(distances[query, found], np.sort(differing[visited])[:k])
        np.testing.assert_array_equal(differing[places[query, found]], distances[query, found])
        assert set(places[query, found]) <= set(visited.tolist())
        assert len(set(places[query, found])) == found.sum()


@pytest.mark.parametrize("nprobe", [1, 2, 4])
@pytest.mark.parametrize("metric", DECLARED.metrics)
def test_a_mask_that_keeps_all_rows_changes_no_distance(tmp_path, metric, nprobe):
    vectors, queries = bits(300, 6, 1), bits(9, 6, 2)
    spec = built(tmp_path / "a.idx", vectors, metric)
    index = open_bin_ivf_flat(tmp_path / "a.idx", spec, vectors)
    params = DECLARED.check_search({"nprobe": nprobe}, 20)
    hits = index.search(queries, 20, mask=None, params=params)
    masked = index.search(queries, 20, mask=np.ones(300, bool), params=params)
    np.testing.assert_array_equal(hits.distances, masked.distances)
    wanted = exact_search(vectors, queries, 20, metric)
    assert nprobe < 4 or (hits.distances == wanted.distances).all()
    same = hits.distances[:, 1:] == hits.distances[:, :-1]
    assert (np.diff(hits.rows, axis=1)[same] > 0).all()


def test_a_build_that_goes_on_after_a_checkpoint_writes_the_same_file(tmp_path):
    vectors = bits(300, 6, 1)
    spec, builder = trained(vectors)
    builder.add(vectors[:140])
    builder.save(tmp_path / "checkpoint.idx")
    resumed = BinIvfFlatBuilder(spec, 300)
    assert resumed.resume(tmp_path / "checkpoint.idx", vectors) == 140
    for one, name in ((builder, "whole.idx"), (resumed, "resumed.idx")):
        one.add(vectors[140:])
        one.finish(tmp_path / name, slices(vectors))
    assert (tmp_path / "resumed.idx").read_bytes() == (tmp_path / "whole.idx").read_bytes()


def test_a_checkpoint_of_an_older_version_is_refused(tmp_path):
    """It was a file like a finished one."""
    vectors = bits(300, 6, 1)
    spec = built(tmp_path / "old.idx", vectors)
    with pytest.raises(DataCorrupted, match="older version"):
        BinIvfFlatBuilder(spec, 300).resume(tmp_path / "old.idx", vectors)


@pytest.mark.parametrize("metric", DECLARED.metrics)
def test_rows_lie_in_their_order_in_every_list(tmp_path, metric):
    vectors = bits(300, 6, 1)
    built(tmp_path / "a.idx", vectors, metric)
    held = map_arrays(tmp_path / "a.idx")
    lists = exact_search(held["centres"], vectors, 1, metric).rows[:, 0]
    wanted = [np.flatnonzero(lists == own) for own in range(4)]
    assert held["rows"].tolist() == np.concatenate(wanted).tolist()
    assert held["ends"].tolist() == np.cumsum([len(rows) for rows in wanted]).tolist()
    assert ("rows_by_list" in held) == (metric is Metric.HAMMING)
    if metric is Metric.HAMMING:
        np.testing.assert_array_equal(held["rows_by_list"], vectors[held["rows"]])


def test_a_file_without_its_rows_is_built_again(tmp_path):
    vectors = bits(300, 6, 1)
    spec = built(tmp_path / "a.idx", vectors)
    old = {name: array.copy() for name, array in map_arrays(tmp_path / "a.idx").items() if name != "rows_by_list"}
    write_arrays(tmp_path / "old.idx", old)
    with pytest.raises(DataCorrupted, match="without its rows"):
        open_bin_ivf_flat(tmp_path / "old.idx", spec, vectors)
