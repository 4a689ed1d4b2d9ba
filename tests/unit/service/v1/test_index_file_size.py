"""Growing rows are sealed when they fill an index file, long before the engine's own limit."""

from __future__ import annotations

import time

import numpy as np

from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service
from elanus.service.v1.collections import NewTable

NEVER = 1e9
PATIENT = EngineSettings(seal_quiet_seconds=NEVER, seal_slow_rows=10**9, maintenance_seconds=0.02)


def test_index_file_size_seals(tmp_path) -> None:
    engine = Engine.open(tmp_path, PATIENT)
    try:
        v1 = Service(engine).v1
        for name, megabytes in (("small", 1), ("large", 4)):
            v1.collections.create(NewTable(name, 128, megabytes, metric=1))
            rows = np.random.default_rng(0).random((4000, 128), np.float32)  # 2 MB
            v1.rows.insert(v1.collections.table(name), rows, np.empty(0, np.int64), "")
        deadline = time.monotonic() + 20
        while _growing(engine, "small") and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _growing(engine, "small") == 0
        assert _growing(engine, "large") == 4000
    finally:
        engine.close()


def _growing(engine: Engine, name: str) -> int:
    return sum(segment.row_count for segment in engine.collection("", name).segments() if segment.is_growing)
