"""The index types as the conformance tests build them: all of the registry, with small and quick parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from elanus.index.base import Hits, IndexSpec, Queries, Vectors
from elanus.index.build import BuildTask, build
from elanus.index.exact import comparable, exact_search, norms_by
from elanus.index.file import open_index
from elanus.index.registry import index_type, index_types
from elanus.index.request import IndexRequest, resolve
from elanus.schema.bfloat16 import bfloat16_of
from elanus.schema.field import Field
from elanus.schema.metric import Metric, metrics_of
from elanus.schema.sparse import SparseRows
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
    "MINHASH_LSH": {"mh_lsh_band": 16, "mh_element_bit_width": 16},
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
    "mh_search_with_jaccard": True,
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


def clustered(rows: int, seed: int) -> np.ndarray:
    """Vectors around 60 centres, of unequal length, so that the three metrics disagree."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((60, DIM))
    vectors = centres[rng.integers(0, 60, rows)] + 0.7 * rng.standard_normal((rows, DIM))
    return (vectors * rng.uniform(0.8, 1.2, (rows, 1))).astype(np.float32)


def bits(rows: int, seed: int) -> np.ndarray:
    """Binary rows of 256 bits around 30 centres of unequal fullness: each byte is a centre's or a random one."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(98)
    centres = fixed.integers(0, 256, (30, 32), dtype=np.uint8)
    centres[::2] &= fixed.integers(0, 256, (15, 32), dtype=np.uint8)
    own = rng.integers(0, 256, (rows, 32), dtype=np.uint8)
    return np.where(rng.random((rows, 32)) < rng.uniform(0.1, 0.9, (rows, 1)), own, centres[rng.integers(0, 30, rows)])


def sparse(rows: int, seed: int, entries: int) -> SparseRows:
    """Rows of about so many entries over dimensions of which few are frequent, some beyond 2**31; values from 1 up."""
    rng = np.random.default_rng(seed)
    dims = np.sort(np.random.default_rng(97).choice(2**32 - 2, 1500, replace=False))
    share = 1 / np.arange(3, 1503) ** 0.7
    lengths = rng.integers(entries // 2, 3 * entries // 2, rows)
    chosen = [np.sort(rng.choice(1500, length, replace=False, p=share / share.sum())) for length in lengths]
    values = np.ceil(rng.exponential(2, lengths.sum()))
    return SparseRows(
        np.concatenate([[0], np.cumsum(lengths)]),
        dims[np.concatenate(chosen)].astype(np.uint32),
        values.astype(np.float32),
    )


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of one vector type and queries for them."""

    vectors: Vectors
    asked: Queries
    dim: int


VECTORS, ASKED = clustered(ROWS, 1), clustered(QUERIES, 2)
_WHOLE, _ASKED_WHOLE = (np.clip(v * 25, -128, 127).astype(np.int8) for v in (VECTORS, ASKED))
SAMPLES = {
    DataType.FLOAT_VECTOR: Sample(VECTORS, ASKED, DIM),
    DataType.FLOAT16_VECTOR: Sample(VECTORS.astype(np.float16), ASKED, DIM),
    DataType.BFLOAT16_VECTOR: Sample(bfloat16_of(VECTORS), ASKED, DIM),
    DataType.INT8_VECTOR: Sample(_WHOLE, _ASKED_WHOLE.astype(np.float32), DIM),
    DataType.BINARY_VECTOR: Sample(bits(ROWS, 1), bits(QUERIES, 2), 256),
    DataType.SPARSE_FLOAT_VECTOR: Sample(sparse(ROWS, 1, 128), sparse(QUERIES, 2, 24), 0),
}


def kind_of(name: str) -> DataType:
    return index_type(name).data_types[0]


def sample_of(name: str) -> Sample:
    return SAMPLES[kind_of(name)]


def metrics_for(name: str, kind: DataType) -> list[Metric]:
    """Those of the index type that the vector type has, in the order of the declaration."""
    return [metric for metric in index_type(name).metrics if metric in metrics_of(kind)]


CASES = [(name, metric) for name in TYPES for metric in metrics_for(name, kind_of(name))]


def spec_of(name: str, metric: Metric | None = None, kind: DataType | None = None, **params: object) -> IndexSpec:
    """As the last generation that offers the type resolves it; BM25 as a field that is a function's output may."""
    declared, kind = index_type(name), kind or kind_of(name)
    metric = metric or metrics_for(name, kind)[0]
    asked = {**BUILD.get(name, {}), **params}
    if name == "AUTOINDEX":  # refuses all but this
        asked = {key: value for key, value in asked.items() if key == "target_recall"}
    field = Field(100, "v", kind, dim=SAMPLES[kind].dim, is_function_output=metric is Metric.BM25)
    return resolve(IndexRequest(name, metric.value, asked, on_cpu=True), field, declared.until)


def built(path: Path, spec: IndexSpec, vectors: Vectors | None = None):
    vectors = SAMPLES[spec.data_type].vectors if vectors is None else vectors
    report = build(BuildTask(spec, vectors, path, threads=1), lambda progress: None)
    return open_index(report.path, spec, vectors)


def truth(spec: IndexSpec, k: int, vectors: Vectors | None = None, asked: Queries | None = None, rows=None) -> Hits:
    """What exact search finds; of MHJACCARD only rows with an equal element, which is all that bands can find."""
    vectors = SAMPLES[spec.data_type].vectors if vectors is None else vectors
    asked = SAMPLES[spec.data_type].asked if asked is None else asked
    norms = norms_by(vectors, spec)
    hits = exact_search(comparable(vectors, spec), comparable(asked, spec), k, spec.metric, rows=rows, norms=norms)
    if spec.metric is Metric.MHJACCARD:
        apart = hits.distances == 0
        return Hits(np.where(apart, np.float32(np.inf), hits.distances), np.where(apart, -1, hits.rows))
    return hits


def distances_by_row(spec: IndexSpec) -> np.ndarray:
    """(queries, rows) the exact distance of each row of the sample; +inf where it is no hit."""
    hits = truth(spec, ROWS)
    distances = np.full((QUERIES, ROWS + 1), np.inf, np.float32)  # the last column takes what is no row
    np.put_along_axis(distances, np.where(hits.rows < 0, ROWS, hits.rows), hits.distances, 1)
    return distances[:, :ROWS]


def recall(rows: np.ndarray, wanted: np.ndarray) -> float:
    """Mean share of the wanted rows that were found; -1 is no row."""
    pairs = [(set(found), set(best) - {-1}) for found, best in zip(rows.tolist(), wanted.tolist(), strict=True)]
    return float(np.mean([len(found & best) / max(1, len(best)) for found, best in pairs if best]))
