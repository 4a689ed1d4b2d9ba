"""Recall@10 of every index type on real data, with its default search parameters and with generous ones.

Data: the 1,797 handwritten digits (64 pixels) that scikit-learn brings, searched with digits shifted a little. Floors
lie 0.02 to 0.05 under what was measured; a fall below is a loss of quality, not noise (builds use one thread).
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from elanus.index.build import BuildTask, build
from elanus.index.exact import candidate_distances, exact_search
from elanus.index.file import open_index
from elanus.index.registry import index_type
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.sparse import SparseRows
from elanus.schema.types import DataType

K, DIM = 10, 64
FIELD = Field(100, "v", DataType.FLOAT_VECTOR, dim=DIM)
PIECES = {"m": 16, "nbits": 6, "refine": True}
EDGES = {"edge_size": 20, "forcedly_pruned_edge_size": 40, "selectively_pruned_edge_size": 20}
BUILD = {
    "HNSW_PQ": PIECES,
    "HNSW_PRQ": {"m": 8, "nbits": 5, "refine": True},
    "HNSW_SQ": {"sq_type": "SQ6"},
    "IVF_PQ": PIECES,
    "IVF_RABITQ": {"refine": True},
    "IVF_RABITQ_FASTSCAN": {"refine": True},
    "ANNOY": {"n_trees": 6},
    "NGT_PANNG": EDGES,
    "RNSG": {"search_length": 50, "out_degree": 40, "candidate_pool_size": 100, "knng": 40},
}


@pytest.fixture(scope="module")
def digits():
    images = load_digits().data.astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 1, (100, DIM)).astype(np.float32)
    return images, images[::18][:100] + noise


@pytest.fixture(scope="module")
def opened(digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recall")

    def make(name, metric):
        spec = resolve(IndexRequest(name, metric.value, BUILD.get(name, {})), FIELD, index_type(name).until)
        path = folder / f"{name}-{metric}.idx"
        if not path.exists():
            build(BuildTask(spec, digits[0], path, threads=1), lambda progress: None)
        return spec, open_index(path, spec, digits[0])

    return make


def recall(digits, opened, metric, params, mask=None):
    vectors, queries = digits
    spec, index = opened
    checked = check_search(spec, params, K)
    if mask is not None:
        checked = index.widened(checked, k=K, kept=mask.mean())
    found = index.search(queries, K, mask=mask, params=checked).rows
    rows = None if mask is None else np.flatnonzero(mask)
    wanted = exact_search(vectors, queries, K, metric, rows=rows).rows
    return np.mean([len(set(a) & set(b)) / K for a, b in zip(found.tolist(), wanted.tolist(), strict=True)])


METRICS = (Metric.L2, Metric.IP, Metric.COSINE)
FLOORS = [
    ("AUTOINDEX", {}, 0.95),
    ("AUTOINDEX", {"ef": 200}, 0.98),
    ("HNSW", {}, 0.92),
    ("HNSW", {"ef": 64}, 0.99),
    ("IVF_FLAT", {"nprobe": 46}, 0.999),
    ("IVF_FLAT", {}, 0.8),
    ("IVF_SQ8", {"nprobe": 46}, 0.97),
    ("IVF_PQ", {"nprobe": 46, "refine_k": 4}, 0.9),
    ("HNSW_SQ", {"ef": 64}, 0.94),
    ("HNSW_PQ", {"ef": 64, "refine_k": 4}, 0.97),
    ("HNSW_PRQ", {"ef": 64, "refine_k": 4}, 0.94),
    ("SCANN", {"nprobe": 46, "reorder_k": 50}, 0.95),
    ("DISKANN", {"search_list": 50}, 0.97),
    ("IVF_RABITQ", {"nprobe": 46, "refine_k": 6}, 0.95),
    ("IVF_RABITQ_FASTSCAN", {"nprobe": 46, "refine_k": 6}, 0.95),
    ("RNSG", {"search_length": 50}, 0.96),
    ("NGT_PANNG", {}, 0.96),
    ("ANNOY", {"search_k": 600}, 0.97),
]


@pytest.mark.parametrize(
    ("name", "params", "floor", "metric"),
    [(*case, metric) for case in FLOORS for metric in METRICS if metric in index_type(case[0]).metrics],
)
def test_recall_at_10(digits, opened, name, metric, params, floor):
    assert recall(digits, opened(name, metric), metric, params) >= floor


@pytest.mark.parametrize("kept", [0.1, 0.5])
@pytest.mark.parametrize(("name", "floor"), [("AUTOINDEX", 0.95), ("HNSW", 0.9), ("IVF_FLAT", 0.9)])
def test_recall_at_10_under_a_mask(digits, opened, name, kept, floor):
    mask = np.random.default_rng(5).random(len(digits[0])) < kept
    assert recall(digits, opened(name, Metric.L2), Metric.L2, {}, mask) >= floor


OTHER_FLOORS = [
    ("BIN_IVF_FLAT", {}, Metric.HAMMING, 0.97),
    ("BIN_IVF_FLAT", {"nprobe": 46}, Metric.HAMMING, 0.999),
    ("BIN_IVF_FLAT", {}, Metric.JACCARD, 0.95),
    ("BIN_IVF_FLAT", {"nprobe": 46}, Metric.TANIMOTO, 0.999),
    ("HNSW", {"ef": 64}, Metric.HAMMING, 0.98),
    ("HNSW", {"ef": 64}, Metric.JACCARD, 0.98),
    ("SPARSE_INVERTED_INDEX", {}, Metric.IP, 0.999),
    ("SPARSE_INVERTED_INDEX", {"drop_ratio_search": 0.3}, Metric.IP, 0.85),
    ("SPARSE_INVERTED_INDEX", {"drop_ratio_search": 0.3, "refine_factor": 4}, Metric.IP, 0.98),
    ("SPARSE_WAND", {}, Metric.IP, 0.999),
]


@pytest.mark.parametrize(("name", "params", "metric", "floor"), OTHER_FLOORS)
def test_recall_at_10_of_binary_and_sparse_rows(digits, tmp_path, name, params, metric, floor):
    """Binary: which pixels are dark. Sparse: the pixels that are not white. Rows as near as the tenth count."""
    vectors, queries = (as_sparse if metric is Metric.IP else as_bits)(digits)
    kind = DataType.SPARSE_FLOAT_VECTOR if metric is Metric.IP else DataType.BINARY_VECTOR
    field = Field(100, "v", kind, dim=0 if metric is Metric.IP else DIM)
    spec = resolve(IndexRequest(name, metric.value), field)
    build(BuildTask(spec, vectors, tmp_path / "a.idx", threads=1), lambda progress: None)
    found = open_index(tmp_path / "a.idx", spec, vectors).search(
        queries, K, mask=None, params=check_search(spec, params, K)
    )
    farthest = exact_search(vectors, queries, K, metric).distances[:, -1:]
    assert (candidate_distances(vectors, found.rows, queries, metric) <= farthest).mean() >= floor


def as_bits(digits):
    return tuple(np.packbits(images > 7, axis=1) for images in digits)


def as_sparse(digits):
    return tuple(map(_as_sparse, digits))


def _as_sparse(images):
    kept = images >= 1
    indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    return SparseRows(indptr, np.nonzero(kept)[1].astype(np.uint32), images[kept])
