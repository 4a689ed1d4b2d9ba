"""One embedded search through pymilvus beside the same search in raw faiss."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from pymilvus import DataType, MilvusClient

import elanus
from benchmarks.bench import Bench
from benchmarks.figures import recall, verdict
from benchmarks.fleet import BATCH, K
from benchmarks.peers.base import Peer
from benchmarks.table import Table
from benchmarks.topics.build import build_raw

LIMIT_US = 150
EF = 64
BLOCK = 200
"""Searches of one side before the other has its turn."""
FIXED = "pymilvus, fixed reply"

Search = Callable[[int], list[int]]
"""Row numbers nearest to the query of this number."""


def run(bench: Bench) -> list[Table]:
    table = Table(
        f"Embedded search through pymilvus, nq=1, k=10, HNSW, ef={EF} ({bench.about})",
        ["search", "p50 us", "p99 us", "recall@10", "p50 above faiss us", "limit"],
        f"Blocks of {BLOCK} searches in turn, one thread; asked for: at most {LIMIT_US} us above raw faiss. The fixed "
        "reply is pymilvus alone: it makes its request, is handed a kept answer at once, and reads that.",
    )
    path = bench.scratch("embedded") / "bench.db"
    client = _loaded_client(bench, path)
    alone = _with_fixed_reply(bench, elanus.MilvusClient(str(path)))
    sides = {"raw faiss": _raw_search(bench), "elanus embedded": _client_search(bench, client)}
    times, ids = _in_turn({**sides, FIXED: _client_search(bench, alone)}, rounds=5 * bench.options.repeats)
    truth = bench.data.neighbors(K)
    floor = float(np.median(times["raw faiss"]))
    for name in sides:
        p50, p99 = np.percentile(times[name], [50, 99])
        above = float(p50) - floor
        judged = verdict(above, LIMIT_US) if above else ""
        table.add(name, f"{p50:.0f}", f"{p99:.0f}", f"{recall(ids[name], truth):.3f}", f"{above:.0f}", judged)
    p50, p99 = np.percentile(times[FIXED], [50, 99])
    table.add(FIXED, f"{p50:.0f}", f"{p99:.0f}", "", "", "")
    alone.close()
    client.close()
    return [table]


def _in_turn(sides: dict[str, Search], rounds: int) -> tuple[dict[str, list[float]], dict[str, list[list[int]]]]:
    """Microseconds of every search, and the ids of each side's last round."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    ids: dict[str, list[list[int]]] = {}
    for turn in range(rounds + 1):
        for name, search in sides.items():
            taken, ids[name] = _block(search)
            times[name] += taken if turn else []  # the first round warms up
    return times, ids


def _block(search: Search) -> tuple[list[float], list[list[int]]]:
    taken, ids = [], []
    for query in range(BLOCK):
        begun = time.perf_counter()
        ids.append(search(query))
        taken.append((time.perf_counter() - begun) * 1e6)
    return taken, ids


def _raw_search(bench: Bench) -> Search:
    index = build_raw(bench)
    params = faiss.SearchParametersHNSW(efSearch=EF)

    def search(query: int) -> list[int]:
        faiss.omp_set_num_threads(1)
        ids: list[int] = index.search(bench.data.queries[query : query + 1], K, params=params)[1][0].tolist()
        return ids

    return search


def _client_search(bench: Bench, client: MilvusClient) -> Search:
    queries = bench.data.queries[:BLOCK].tolist()
    params = {"metric_type": bench.data.metric, "params": {"ef": EF}}

    def search(query: int) -> list[int]:
        found = client.search("bench", [queries[query]], limit=K, search_params=params)
        return [hit["id"] for hit in found[0]]

    return search


def _with_fixed_reply(bench: Bench, client: MilvusClient) -> MilvusClient:
    """The client, from now on answered with the reply to the first query, whatever it asks."""
    stub = client._handler._stub
    search = stub.Search
    kept = []

    def keep(request: Any, *args: Any, **kwargs: Any) -> Any:
        kept.append(search(request, *args, **kwargs))
        return kept[0]

    stub.Search = keep
    _client_search(bench, client)(0)
    stub.Search = lambda *_args, **_kwargs: kept[0]
    return client


def _loaded_client(bench: Bench, path: Path) -> MilvusClient:
    client = elanus.MilvusClient(str(path))
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=bench.data.dim)
    client.create_collection("bench", schema=schema)
    for first in range(0, bench.data.row_count, BATCH):
        vectors = bench.data.base[first : first + BATCH].tolist()
        client.insert("bench", [{"id": first + i, "vector": vector} for i, vector in enumerate(vectors)])
    client.flush("bench")
    declared = client.prepare_index_params()
    declared.add_index("vector", index_type="HNSW", metric_type=bench.data.metric, params=dict(Peer.index_params))
    client.create_index("bench", declared)
    client.load_collection("bench")
    return client
