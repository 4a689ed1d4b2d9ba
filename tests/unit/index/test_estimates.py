"""What a build is said to need, against what a worker process that does nothing else needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest

ROWS, DIM = 100_000, 96
WITHIN = 0.15

MEASURE = """
import sys, threading, time, orjson
from pathlib import Path
import numpy as np
from elanus.index.base import IndexSpec
from elanus.index.build import BuildTask, build, estimate
from elanus.index.params import read_values
from elanus.index.progress import resident_bytes
from elanus.index.registry import index_type
from elanus.schema.metric import Metric

name, folder, given = sys.argv[1], Path(sys.argv[2]), orjson.loads(sys.argv[3])
rows = np.load(folder / "rows.npy", mmap_mode="r")
declared = index_type(name)
spec = IndexSpec(name, Metric.L2, rows.shape[1], read_values(declared.build_params, given))
highest, over = [0], threading.Event()

def watch():
    while not over.wait(0.002):
        highest[0] = max(highest[0], resident_bytes())

watcher = threading.Thread(target=watch)
watcher.start()
report = build(BuildTask(spec, rows, folder / f"{name}.idx", threads=1), lambda progress: None)
over.set()
watcher.join()
need = estimate(spec, len(rows))
told = {"peak": (need.peak_bytes, highest[0]), "disk": (need.disk_bytes, report.file_bytes),
        "resident": (need.resident_bytes, report.resident_bytes)}
sys.stdout.buffer.write(orjson.dumps(told))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("estimates")
    np.save(path / "rows.npy", np.random.default_rng(0).standard_normal((ROWS, DIM), dtype=np.float32))
    return path


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("IVF_FLAT", {"nlist": 128}),
        ("IVF_SQ8", {"nlist": 128}),
        ("IVF_PQ", {"nlist": 32, "m": 8}),
        ("SCANN", {"nlist": 128}),
        ("HNSW", {"M": 8, "efConstruction": 25}),
        ("HNSW_SQ", {"M": 8, "efConstruction": 25, "sq_type": "SQ8"}),
    ],
)
def test_an_estimate_is_within_15_percent(folder: Path, name: str, params: dict[str, int]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, name, str(folder), orjson.dumps(params).decode()],
        check=True, capture_output=True,
    )  # fmt: skip
    for what, (estimated, needed) in orjson.loads(ran.stdout).items():
        assert estimated == pytest.approx(needed, rel=WITHIN, abs=1 << 20), what
