"""Which build is next: turns between collections, then who waits, then the smallest; and what never fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.building import choice as build_choice
from elanus.engine.building import queue as build_queue
from elanus.engine.building.build import Build, BuildOrder
from elanus.engine.building.choice import AGING_SECONDS, PATIENCE_SECONDS, Scene, next_build, shortfall
from elanus.index.base import IndexSpec
from elanus.index.scalar.base import ScalarSpec
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

SPEC = IndexSpec("HNSW", Metric.L2, 64, {"M": 16, "efConstruction": 100})
PLENTY = 2**40


def build(id_: int, rows: int = 1000, collection: int = 1) -> Build:
    field = Field(101, "v", DataType.FLOAT_VECTOR, dim=64)
    files = Path("data"), field, CollectionSchema("c", (field,)), Path("output"), Path("checkpoint")
    return Build(BuildOrder(id_, 1, id_, collection, rows, SPEC, *files, 1.0, 1), lambda _: None)


def chosen(*waiting: Build, running: list[Build] | None = None, served: dict[int, int] | None = None,
           memory: int = PLENTY, later_s: float = 0.0) -> int | None:  # fmt: skip
    """The id of the build that is next, if one is."""
    now = max((b.queued_s for b in waiting), default=0.0) + later_s
    found = next_build(Scene(waiting, running or [], served or {}, memory, now))
    return found.order.build_id if found else None


def need(*builds: Build) -> int:
    return sum(b.order.estimate.peak_bytes for b in builds)


def test_nothing_waits() -> None:
    assert chosen() is None


def test_the_smallest_first_then_the_oldest() -> None:
    assert chosen(build(1, 500), build(2, 100), build(3, 100)) == 2


def test_who_waits_comes_before_the_small() -> None:
    asked = build(2, 900)
    asked.hurry()
    assert chosen(build(1, 100), asked) == 2


def test_collections_take_turns() -> None:
    waiting = [build(1, 10, collection=1), build(2, 900, collection=2)]
    assert chosen(*waiting) == 1
    assert chosen(*waiting, served={1: 1}) == 2
    assert chosen(*waiting, served={1: 3, 2: 4}) == 1
    assert chosen(*waiting, running=[build(3, collection=1)], served={1: 1, 2: 2}) == 2


def test_a_large_one_does_not_wait_for_ever() -> None:
    large = build(1, 4000)
    large.queued_s -= 4 * AGING_SECONDS
    assert chosen(large, build(2, 1000)) == 1
    assert chosen(large, build(2, 700)) == 2


def test_a_small_one_passes_where_a_large_one_lacks_memory() -> None:
    running, large, small = build(9), build(1, 5000), build(2, 500)
    large.hurry()
    assert chosen(large, small, running=[running], memory=need(running, large)) == 1
    assert chosen(large, small, running=[running], memory=need(running, large) - 1) == 2
    assert chosen(large, running=[running], memory=need(running, large) - 1) is None


def test_patience_ends() -> None:
    running, large, small = build(9), build(1, 5000), build(2, 500)
    large.hurry()
    large.queued_s -= PATIENCE_SECONDS + 1
    assert chosen(large, small, running=[running], memory=need(running, large) - 1) is None
    assert chosen(large, small, memory=need(large)) == 1


def test_one_that_never_fits_is_taken_to_be_refused() -> None:
    large = build(1, 5000)
    assert chosen(large, running=[build(9, 10)], memory=need(large) - 1) == 1


@pytest.mark.parametrize(
    ("memory", "disk", "says"),
    [
        (PLENTY, PLENTY, []),
        (2**20, PLENTY, ["of memory, builds may take 1.0 MiB", "short", "raise build_memory_bytes"]),
        (PLENTY, 2**20, ["of disk, 1.0 MiB are free", "short", "free some space"]),
    ],
)
def test_a_refusal_names_the_shortfall(memory: int, disk: int, says: list[str]) -> None:
    reason = shortfall(build(1, 100_000), memory, disk)
    assert bool(reason) == bool(says)
    assert all(part in reason for part in says)


def test_a_refusal_names_a_type_that_fits() -> None:
    large = build(1, 10_000_000)
    assert "choose IVF_FLAT by its defaults, which is built in passes" in shortfall(large, 2**30, PLENTY)
    assert "choose a smaller index type" in shortfall(large, 2**24, PLENTY)


def test_a_refusal_over_a_scalar_field_names_none() -> None:
    scalar = Build(replace(build(1, 100_000_000).order, spec=ScalarSpec("STL_SORT", {})), lambda _: None)
    assert "choose a smaller index type" in shortfall(scalar, 2**30, PLENTY)


def test_the_shortfall_is_a_difference() -> None:
    large = build(1, 100_000)
    assert shortfall(large, need(large), PLENTY) == ""
    assert f"{build_choice._text(3 * 2**20)} short" in shortfall(large, need(large) - 3 * 2**20, PLENTY)


def test_free_disk_of_a_segment_that_has_gone(tmp_path: Path) -> None:
    """What counts is the disk; the directory may have been dropped while the build waited."""
    gone = replace(build(1).order, output=tmp_path / "segments" / "7" / "index-1.idx")
    assert build_queue._free_disk_bytes(Build(gone, lambda _: None)) > 0
