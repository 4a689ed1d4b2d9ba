"""The index types as the conformance tests build them: all of the registry, with small and quick parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from elanus.index.base import IndexSpec
from elanus.index.build import BuildTask, build
from elanus.index.file import open_index
from elanus.index.registry import index_type, index_types
from elanus.index.request import IndexRequest, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DIM, ROWS, QUERIES, K = 32, 1000, 40, 10
GRAPH = {"M": 16, "efConstruction": 60}
PIECES = {"m": 16, "nbits": 6}
BUILD = {
    "ANNOY": {"n_trees": 4},
    "GPU_CAGRA": {"graph_degree": 32, "intermediate_graph_degree": 60},
    "GPU_HNSW": GRAPH,
    "GPU_IVF_FLAT": {"nlist": 32},
    "GPU_IVF_PQ": {"nlist": 32, "nbits": 6},
    "HNSW": GRAPH,
    "HNSW_PQ": GRAPH | PIECES,
    "HNSW_PRQ": GRAPH | {"m": 8, "nbits": 5},
    "HNSW_SQ": GRAPH,
    "IVF_PQ": {"nlist": 32} | PIECES,
    "IVF_RABITQ": {"refine": True},
    "IVF_RABITQ_FASTSCAN": {"refine": True},
    "IVF_SQ8H": {"nlist": 32},
    "NGT_ONNG": {"edge_size": 10, "outgoing_edge_size": 16, "incoming_edge_size": 16},
    "NGT_PANNG": {"edge_size": 10, "forcedly_pruned_edge_size": 32, "selectively_pruned_edge_size": 20},
    "RHNSW_FLAT": GRAPH,
    "RHNSW_PQ": GRAPH | {"PQM": 16},
    "RHNSW_SQ": GRAPH,
    "RNSG": {"search_length": 60, "out_degree": 32, "candidate_pool_size": 60, "knng": 20},
}
"""Build parameters of those that need some or are quicker with some."""
GENEROUS = {
    "ef": 400,
    "epsilon": 0.5,
    "itopk_size": 400,
    "nprobe": 128,
    "refine_k": 10,
    "refine_ratio": 10,
    "reorder_k": 400,
    "search_k": 1_000_000,
    "search_length": 300,
    "search_list": 400,
}
"""Search parameters that leave only the error of the codes."""
MODEST = {**GENEROUS, "ef": 50, "itopk_size": 50, "nprobe": 16, "search_k": 600, "search_length": 50, "epsilon": 0.05}
FLOORS = {
    "HNSW_PQ": 0.5,
    "HNSW_PRQ": 0.4,
    "HNSW_SQ": 0.97,
    "IVF_PQ": 0.5,
    "IVF_SQ8": 0.97,
    "IVF_SQ8H": 0.97,
    "RHNSW_PQ": 0.5,
    "RHNSW_SQ": 0.97,
}
"""Recall@10 with generous parameters; 0.99 for a type that is not named."""
ROUNDED = {"IVF_SQ8": 0.02, "IVF_SQ8H": 0.02, "HNSW_SQ": 0.02, "RHNSW_SQ": 0.02}
CODED = {"IVF_PQ": 0.35, "HNSW_PQ": 0.35, "HNSW_PRQ": 0.6, "RHNSW_PQ": 0.35}
TOLERANCE = ROUNDED | CODED
"""Relative error of the distances; 1e-4 for a type that is not named."""
TYPES = [name for name, declared in index_types().items() if declared.builder is not None]
CASES = [(name, metric) for name in TYPES for metric in index_type(name).metrics]


def clustered(rows: int, seed: int) -> np.ndarray:
    """Vectors around 60 centres, of unequal length, so that the three metrics disagree."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((60, DIM))
    vectors = centres[rng.integers(0, 60, rows)] + 0.7 * rng.standard_normal((rows, DIM))
    return (vectors * rng.uniform(0.8, 1.2, (rows, 1))).astype(np.float32)


VECTORS, ASKED = clustered(ROWS, 1), clustered(QUERIES, 2)


def spec_of(name: str, metric: Metric = Metric.L2, dim: int = DIM, **params: object) -> IndexSpec:
    """As the last generation that offers the type resolves it."""
    declared = index_type(name)
    asked = {} if name == "AUTOINDEX" else {**BUILD.get(name, {}), **params}
    field = Field(100, "v", DataType.FLOAT_VECTOR, dim=dim)
    return resolve(IndexRequest(name, metric.value, asked, on_cpu=True), field, declared.until)


def built(path: Path, spec: IndexSpec, vectors: np.ndarray = VECTORS):
    report = build(BuildTask(spec, vectors, path, threads=1), lambda progress: None)
    return open_index(report.path, spec, vectors)


def recall(rows: np.ndarray, wanted: np.ndarray) -> float:
    """Mean share of the wanted rows that were found; -1 is no row."""
    pairs = [(set(found), set(best) - {-1}) for found, best in zip(rows.tolist(), wanted.tolist(), strict=True)]
    return float(np.mean([len(found & best) / max(1, len(best)) for found, best in pairs]))
