"""A partition key spreads rows over hidden partitions and lets a filter on it skip the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.filter import Predicate
from elanus.filter.columns import Mask
from elanus.search import explain, query
from elanus.search.requests import QuerySpec, SearchSpec
from elanus.segment.block import Block
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


@pytest.mark.parametrize(
    ("text", "partitions"),
    [
        ("n == 3", 1),
        ("n == 3 and id < 100", 1),
        ("n == 3 and n == 4", 0),
        ("n > 3", PARTITIONS),
        ("n == 3 or id < 9", PARTITIONS),
    ],
)
def test_a_filter_is_run_on_the_partitions_it_can_match_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, partitions: int
) -> None:
    engine = Engine.open(tmp_path / "data", QUIET)
    collection = engine.create_collection("", NewCollection(BY_KEY, num_partitions=PARTITIONS))
    collection.insert(rows(range(400), KEYS, BY_KEY))
    collection.load()
    run_on: list[int] = []
    mask = Predicate.mask

    def counted(predicate: Predicate, block: Block, *indexes: Any) -> Mask:
        run_on.append(block.row_count)
        return mask(predicate, block, *indexes)

    monkeypatch.setattr(Predicate, "mask", counted)
    query(collection.view, QuerySpec(text, output_fields=("id",)))
    assert len(run_on) == partitions
    engine.close()


@pytest.mark.parametrize("value", ["2.5", "2.0", "9223372036854775807", "-9223372036854775808", "1e30"])
def test_a_value_that_no_key_has_finds_nothing_and_any_other_its_rows(tmp_path: Path, value: str) -> None:
    engine = Engine.open(tmp_path / "data", QUIET)
    collection = engine.create_collection("", NewCollection(BY_KEY, num_partitions=PARTITIONS))
    collection.insert(rows(range(400), KEYS, BY_KEY))
    collection.load()
    for text in (f"n == {value}", f"n in [{value}]"):
        found = query(collection.view, QuerySpec(text, output_fields=("count(*)",))).count
        assert found == KEYS.count(float(value))
    engine.close()
