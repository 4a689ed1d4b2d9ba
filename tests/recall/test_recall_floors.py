"""Recall@10 of every index type on real data, with its default search parameters and with generous ones.

Data: the 1,797 handwritten digits (64 pixels) that scikit-learn brings, searched with digits shifted a little. Floors
lie 0.02 to 0.05 under what was measured; a fall below is a loss of quality, not noise (builds use one thread).
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from elanus.index.build import BuildTask, build
from elanus.index.exact import exact_search
from elanus.index.file import open_index
from elanus.index.registry import index_type
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
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
    [(*case, metric) for case in FLOORS for metric in index_type(case[0]).metrics],
)
def test_recall_at_10(digits, opened, name, metric, params, floor):
    assert recall(digits, opened(name, metric), metric, params) >= floor


@pytest.mark.parametrize("kept", [0.1, 0.5])
@pytest.mark.parametrize(("name", "floor"), [("AUTOINDEX", 0.95), ("HNSW", 0.9), ("IVF_FLAT", 0.9)])
def test_recall_at_10_under_a_mask(digits, opened, name, kept, floor):
    mask = np.random.default_rng(5).random(len(digits[0])) < kept
    assert recall(digits, opened(name, Metric.L2), Metric.L2, {}, mask) >= floor
