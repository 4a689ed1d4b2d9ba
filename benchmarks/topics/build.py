"""An index build in Elanus beside the same build in raw faiss with the same threads."""

from __future__ import annotations

import os
import time
from statistics import median

import faiss

from benchmarks.bench import Bench
from benchmarks.embedded import EmbeddedEngine
from benchmarks.figures import number, verdict
from benchmarks.peers.base import Peer
from benchmarks.table import Table
from elanus.engine.requests import IndexRequest

LIMIT = 1.15


def run(bench: Bench) -> list[Table]:
    table = Table(
        f"Index build, HNSW M=16 efConstruction=200 ({bench.about})",
        ["build", "seconds", "ratio", "limit"],
        f"All cores each. Elanus: from create_index until finished, with its file, its check and its recall probe; "
        f"asked for: at most {LIMIT} times raw faiss.",
    )
    ours, raw = [], []
    for repeat in range(bench.options.repeats):
        ours.append(_elanus(bench, f"build-{repeat}"))
        raw.append(_faiss(bench))
    theirs = median(raw)
    table.add("raw faiss add", number(theirs), "1.00x", "")
    times = median(ours) / theirs
    table.add("elanus", number(median(ours)), f"{times:.2f}x", verdict(times, LIMIT))
    return [table]


def _elanus(bench: Bench, name: str) -> float:
    with EmbeddedEngine(bench.scratch(name), bench.data) as engine:
        engine.insert_all()
        params = {key: str(value) for key, value in Peer.index_params.items()}
        request = IndexRequest("vector", "vector", {"index_type": "HNSW", "metric_type": bench.data.metric, **params})
        begun = time.perf_counter()
        engine.collection.indexes.definitions.create(request)
        engine.collection.indexes.wait("vector", timeout_s=1800)
        return time.perf_counter() - begun


def _faiss(bench: Bench) -> float:
    begun = time.perf_counter()
    build_raw(bench)
    return time.perf_counter() - begun


def build_raw(bench: Bench) -> faiss.IndexHNSWFlat:
    """The index a user would build with faiss alone, with all threads."""
    metric = faiss.METRIC_L2 if bench.data.metric == "L2" else faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexHNSWFlat(bench.data.dim, int(Peer.index_params["M"]), metric)
    index.hnsw.efConstruction = int(Peer.index_params["efConstruction"])
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.add(bench.data.base)
    return index
