"""A partition key spreads rows over hidden partitions and lets a filter on it skip the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.search import explain, query
from elanus.search.requests import QuerySpec, SearchSpec
from unit.engine.samples import BY_KEY, DIM, QUIET, rows

PARTITIONS = 16
KEYS = [i % 40 for i in range(400)]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_filter_on_the_partition_key_reads_its_partition_alone(tmp_path: Path, sealed: bool) -> None:
    engine = Engine.open(tmp_path / "data", QUIET)
    collection = engine.create_collection("", NewCollection(BY_KEY, num_partitions=PARTITIONS))
    collection.insert(rows(range(400), KEYS, BY_KEY))
    if sealed:
        collection.flush()
    collection.load()
    used = set()
    for key in range(40):
        found = query(collection.view, QuerySpec(f"n == {key}", output_fields=("id",))).columns["id"].to_pylist()
        assert sorted(found) == [i for i in range(400) if KEYS[i] == key]
        plan = explain(collection.view, SearchSpec("v", filter=f"n == {key}"), np.zeros((1, DIM), np.float32))
        assert len(plan.parts) == 1
        used.add(plan.parts[0].segment_id)
    assert len(used) > PARTITIONS // 2

    two = query(collection.view, QuerySpec("n in [3, 4] and id < 100", output_fields=("id",))).columns["id"].to_pylist()
    assert sorted(two) == [i for i in range(100) if KEYS[i] in (3, 4)]
    either = query(collection.view, QuerySpec("n == 3 or id == 4", output_fields=("id",))).columns["id"].to_pylist()
    assert sorted(either) == sorted({4, *(i for i in range(400) if KEYS[i] == 3)})
    assert query(collection.view, QuerySpec("n == 99", output_fields=("count(*)",))).count == 0
    engine.close()
