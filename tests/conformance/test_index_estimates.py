"""What a build is said to need, against what a worker process that does nothing else needs: every type of the registry.

The data is small but above the noise: the process itself is some 32 MiB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest

from conformance.types import BUILD, TYPES, kind_of, metrics_for
from elanus.engine.building.worker_process import ALLOCATION
from elanus.index.base import IndexSpec
from elanus.index.params import Values, read_values
from elanus.index.registry import index_type
from elanus.index.specs import spec_to_json
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

WITHIN = 0.15
DENSE_ROWS, DENSE_DIM = 30_000, 128
LARGE_ROWS, LARGE_DIM = 100_000, 96
WIDE_ROWS, WIDE_DIM = 20_000, 768
BITS_ROWS, BITS = 60_000, 1024
SPARSE_ROWS, ENTRIES = 20_000, 128

MEASURE = """
import sys, threading, orjson
from pathlib import Path
import elanus.engine.building.worker  # what it imports needs memory too
import numpy as np
from elanus.index.build import BuildTask, build, estimate
from elanus.index.progress import resident_bytes
from elanus.index.specs import spec_from_json
from elanus.schema.sparse import SparseRows

folder, data = Path(sys.argv[1]), sys.argv[2]
spec = spec_from_json(orjson.loads(sys.argv[3]))
mapped = lambda name: np.load(folder / f"{name}.npy", mmap_mode="r")
rows = SparseRows(*map(mapped, ("starts", "indices", "values"))) if data == "sparse" else mapped(data)
highest, over = [0], threading.Event()

def watch():
    while not over.wait(0.002):
        highest[0] = max(highest[0], resident_bytes())

threading.Thread(target=watch, daemon=True).start()
report = build(BuildTask(spec, rows, folder / f"{spec.type}-{data}.idx", threads=1), lambda progress: None)
over.set()
need = estimate(spec, len(rows))
told = {"peak": (need.peak_bytes, highest[0]), "disk": (need.disk_bytes, report.file_bytes),
        "resident": (need.resident_bytes, report.resident_bytes)}
sys.stdout.buffer.write(orjson.dumps(told))
"""
QUICK = {"M": 8, "efConstruction": 25}
PARAMS = {
    "AISAQ": {"max_degree": 16, "search_list_size": 25},
    "DISKANN": {"max_degree": 16, "search_list_size": 25, "pq_code_budget_gb_ratio": 0.02},
    "GPU_CAGRA": {"graph_degree": 16, "intermediate_graph_degree": 25},
    "GPU_HNSW": QUICK,
    "HNSW": QUICK,
    "HNSW_PQ": QUICK | {"m": 16},
    "HNSW_PRQ": QUICK | {"m": 8, "nbits": 5},
    "HNSW_SQ": QUICK,
    "IVF_PQ": {"nlist": 32, "m": 8},
    "IVF_SQ8H": {"nlist": 128},
    "MINHASH_LSH": {"mh_lsh_band": 32, "mh_element_bit_width": 32},
    "NGT_ONNG": {"edge_size": 4, "outgoing_edge_size": 8, "incoming_edge_size": 8},
    "NGT_PANNG": {"edge_size": 4, "forcedly_pruned_edge_size": 16, "selectively_pruned_edge_size": 8},
    "RHNSW_FLAT": QUICK,
    "RHNSW_PQ": QUICK | {"PQM": 16},
    "RHNSW_SQ": QUICK,
    "RNSG": {"search_length": 25, "out_degree": 16, "candidate_pool_size": 50, "knng": 20},
}
"""Quick to build, where the defaults are not."""
LARGE = ("IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN", "HNSW", "HNSW_SQ")
TRAINED = {
    "IVF_FLAT": {"nlist": 128},
    "IVF_SQ8": {"nlist": 128},
    "IVF_PQ": {"nlist": 64, "m": 48, "nbits": 6},
    "IVF_RABITQ": {"nlist": 64},
    "SCANN": {"nlist": 64, "sub_dim": 8},
    "BIN_IVF_FLAT": {"nlist": 512},
}
"""So many lists that training, not the lists, needs the most memory."""
ALLOWED = {("AUTOINDEX", "peak"): 0.5, ("AUTOINDEX", "disk"): 1.0}
"""How many dimensions an AUTOINDEX keeps is not known before it has seen the rows: it is told what all would take."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, random = tmp_path_factory.mktemp("estimates"), np.random.default_rng(0)
    np.save(path / "dense.npy", random.standard_normal((DENSE_ROWS, DENSE_DIM), np.float32))
    np.save(path / "large.npy", random.standard_normal((LARGE_ROWS, LARGE_DIM), np.float32))
    np.save(path / "wide.npy", random.standard_normal((WIDE_ROWS, WIDE_DIM), np.float32))
    np.save(path / "binary.npy", random.integers(0, 256, (BITS_ROWS, BITS // 8), np.uint8))
    np.save(path / "starts.npy", np.arange(SPARSE_ROWS + 1) * ENTRIES)
    steps = random.integers(1, 40, (SPARSE_ROWS, ENTRIES))
    np.save(path / "indices.npy", steps.cumsum(axis=1).astype(np.uint32).ravel())
    np.save(path / "values.npy", random.random(SPARSE_ROWS * ENTRIES, np.float32) + 0.1)
    return path


def data_of(name: str) -> tuple[str, int]:
    kind = kind_of(name)
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return "sparse", 0
    return ("binary", BITS) if kind is DataType.BINARY_VECTOR else ("dense", DENSE_DIM)


def told(
    folder: Path, name: str, data: str, dim: int, metric: Metric | None = None, params: Values | None = None
) -> dict[str, tuple[int, int]]:
    """Estimated and needed, by what."""
    declared = index_type(name)
    values = read_values(declared.build_params, params or PARAMS.get(name, BUILD.get(name, {})), declared.until)
    spec = IndexSpec(name, metric or metrics_for(name, kind_of(name))[0], dim, values, kind_of(name))
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), data, orjson.dumps(spec_to_json(spec)).decode()],
        check=True, capture_output=True, env={**os.environ, **ALLOCATION},
    )  # fmt: skip
    answer: dict[str, tuple[int, int]] = orjson.loads(ran.stdout)
    return answer


@pytest.mark.parametrize("name", TYPES)
def test_an_estimate_is_within_15_percent(folder: Path, name: str) -> None:
    for what, (estimated, needed) in told(folder, name, *data_of(name)).items():
        within = ALLOWED.get((name, what), WITHIN)
        assert estimated == pytest.approx(needed, rel=within, abs=1 << 20), what


@pytest.mark.parametrize("name", LARGE)
def test_also_of_more_rows(folder: Path, name: str) -> None:
    for what, (estimated, needed) in told(folder, name, "large", LARGE_DIM).items():
        assert estimated == pytest.approx(needed, rel=WITHIN, abs=1 << 20), what


@pytest.mark.parametrize("name", TRAINED)
def test_also_of_many_lists(folder: Path, name: str) -> None:
    data, dim, metric = (
        ("binary", BITS, Metric.HAMMING) if name == "BIN_IVF_FLAT" else ("wide", WIDE_DIM, Metric.COSINE)
    )
    for what, (estimated, needed) in told(folder, name, data, dim, metric, TRAINED[name]).items():
        assert estimated == pytest.approx(needed, rel=WITHIN, abs=1 << 20), what


def test_an_index_larger_than_the_memory_it_is_built_in(folder: Path) -> None:
    needed = told(folder, "IVF_FLAT", "wide", WIDE_DIM, Metric.L2, {"nlist": 16})
    assert needed["peak"][1] < needed["disk"][1]
