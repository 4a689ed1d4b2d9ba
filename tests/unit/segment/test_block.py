from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from elanus.index.base import Floats
from elanus.schema.collection import CollectionSchema
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.segment.block import MERGED_ROWS, SMALL_ROWS, Block, append, concatenated, follows, vectors_of_all


def block(values: list[int], imported_ts: int = 0) -> Block:
    stamps = pa.array(range(len(values)), pa.uint64())
    return Block(pa.record_batch({"a": pa.array(values, pa.int64()), "$ts": stamps}), imported_ts)


def test_timestamps_are_the_column() -> None:
    assert block([5, 6, 7]).timestamps().tolist() == [0, 1, 2]


def test_timestamps_of_an_imported_block_are_all_those_of_its_commit() -> None:
    stamps = block([5, 6, 7], imported_ts=99).timestamps()
    assert stamps.tolist() == [99, 99, 99]
    assert stamps.dtype == np.uint64


def test_derived_is_computed_once() -> None:
    calls: list[int] = []
    one = block([1])
    assert [one.derived("x", lambda: calls.append(1) or "found") for _ in range(2)] == ["found", "found"]
    assert calls == [1]


def test_derived_does_not_keep_a_failure() -> None:
    one = block([1])
    with pytest.raises(ZeroDivisionError):
        one.derived("x", lambda: 1 // 0)
    assert one.derived("x", lambda: 7) == 7


@pytest.mark.parametrize("sizes", [[1] * 100, [5, 1, 1, 3, 9, 2, 2, 40, 1], [MERGED_ROWS, 1, MERGED_ROWS], [3000] * 9])
def test_append_keeps_rows_in_order_in_few_blocks(sizes: list[int]) -> None:
    blocks: tuple[Block, ...] = ()
    first = 0
    for size in sizes:
        blocks = append(blocks, block(list(range(first, first + size))))
        first += size
    assert [v for b in blocks for v in b.column("a").to_pylist()] == list(range(first))
    assert len(blocks) <= first / MERGED_ROWS + np.log2(first) + 1


def test_append_does_not_touch_what_it_was_given() -> None:
    before = (block([1]),)
    after = append(before, block([2]))
    assert before[0].row_count == 1
    assert len(after) == 1


def test_append_copies_a_row_few_times() -> None:
    """One row at a time: an insert copies at most a small block, and a row then goes from block to block few times."""
    copied, blocks = 0, ()
    for row in range(4096):
        after = append(blocks, block([row]))
        copied += sum(b.row_count for b in after if b not in blocks)
        blocks = after
    assert copied <= 4096 * (SMALL_ROWS / 2 + 4)
    assert len(blocks) <= 5


def test_concatenated() -> None:
    assert concatenated([block([1, 2]), block([3])]).column("a").to_pylist() == [1, 2, 3]


def test_a_merged_block_takes_over_the_squared_norms(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = vectors_block([[3.0, 4.0]]), vectors_block([[0.0, 2.0], [1.0, 1.0]])
    assert first.squared_norms("v").tolist() == [25.0]
    merged = concatenated([first, second])
    monkeypatch.setattr("elanus.segment.block.squared_norms", lambda _vectors: pytest.fail("measured twice"))
    assert merged.squared_norms("v").tolist() == [25.0, 4.0, 2.0]


def vectors_block(rows: list[list[float]]) -> Block:
    column = pa.array(rows, pa.list_(pa.field("item", pa.float32(), nullable=False), 2))
    return Block(pa.record_batch({"v": column, "$ts": pa.array([0] * len(rows), pa.uint64())}))


def matrix(count: int, dim: int = 2, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)


def grown(parts: Sequence[Floats]) -> tuple[Block, ...]:
    """One insert of each part."""
    blocks: tuple[Block, ...] = ()
    for part in parts:
        kind = pa.list_(pa.field("item", pa.float32(), nullable=False), part.shape[1])
        column = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), type=kind)
        batch = pa.record_batch({"v": column, "a": pa.array(range(len(part)), pa.int64())})
        blocks = append(blocks, Block(batch))
    return blocks


def test_the_vectors_of_many_inserts_are_one_matrix() -> None:
    parts = [matrix(count, seed=count) for count in (700, 20, 300, 1, 1, 40)]
    blocks = grown(parts)
    assert len(blocks) > 1
    assert all(follows(a, b, "v") for a, b in pairwise(blocks))
    assert not follows(blocks[0], blocks[0], "v")
    assert not follows(blocks[0], blocks[1], "a")
    whole = vectors_of_all(blocks, "v")
    assert np.array_equal(whole, np.concatenate(parts))
    assert np.shares_memory(whole, blocks[0].vectors("v"))
    assert np.shares_memory(whole, blocks[-1].vectors("v"))


def test_merging_copies_no_vector() -> None:
    first = grown([matrix(10)])
    block = Block(grown([matrix(5, seed=1)])[0].batch)
    merged = append(first, block)
    assert len(merged) == 1
    assert np.shares_memory(merged[0].vectors("v"), first[0].vectors("v"))


def after_a_gap(count: int) -> tuple[Block, ...]:
    """So many rows, a write that failed, then three rows more."""
    before = grown([matrix(count)])
    append(before, grown([matrix(3, seed=1)])[0])
    return append(before, grown([matrix(3, seed=2)])[0])


def test_few_rows_behind_a_gap_are_laid_again() -> None:
    (block,) = after_a_gap(10)
    assert np.array_equal(block.vectors("v"), np.concatenate([matrix(10), matrix(3, seed=2)]))
    more = append((block,), grown([matrix(600, seed=3)])[0])
    assert more[0].row_count == 613
    assert more[0].stretches["v"].arena is block.stretches["v"].arena


def test_many_rows_before_a_gap_stay() -> None:
    blocks = after_a_gap(SMALL_ROWS + 1)
    assert [block.row_count for block in blocks] == [SMALL_ROWS + 1, 3]
    assert not follows(*blocks, "v")


def test_rows_with_and_without_null_do_not_leave_many_blocks() -> None:
    kind = pa.list_(pa.field("item", pa.float32(), nullable=False), 2)
    rows = [[1.0, 2.0], None, [3.0, 4.0], [5.0, 6.0], None] * 40
    blocks: tuple[Block, ...] = ()
    for row in rows:
        blocks = append(blocks, Block(pa.record_batch({"v": pa.array([row], kind)})))
    assert len(blocks) == 1
    assert blocks[0].column("v").to_pylist() == rows


def test_vectors_that_lie_apart_are_one_when_all_are_joined() -> None:
    laid, bare = grown([matrix(3)]), Block(grown([matrix(2, seed=1)])[0].batch)
    whole = concatenated([*laid, bare, *grown([matrix(4, seed=2)])])
    assert not whole.stretches
    assert np.array_equal(whole.vectors("v"), np.concatenate([matrix(3), matrix(2, seed=1), matrix(4, seed=2)]))


def test_large_inserts_stay_as_they_came() -> None:
    parts = [matrix(700, dim=768, seed=seed) for seed in range(3)]
    blocks = grown(parts)
    assert [block.row_count for block in blocks] == [700] * 3
    assert not blocks[0].stretches
    for block, part in zip(blocks, parts, strict=True):
        assert np.array_equal(block.vectors("v"), part)


PLAIN = CollectionSchema("c", (Field(100, "a", DataType.INT64, is_primary=True),))
B = Field(101, "b", DataType.INT64, nullable=True, default=7, since=50)


def test_a_field_that_came_later_is_made_once_when_asked_for() -> None:
    grown = block([1, 2]).under(PLAIN.with_field(B, 50))
    assert grown.batch.schema.names == ["a", "$ts"]
    assert grown.column("b").to_pylist() == [7, 7]
    assert grown.column("b") is grown.column("b")


def test_what_is_derived_from_a_field_goes_with_it() -> None:
    """A later field of its name is another one."""
    stamps = pa.array([0, 0], pa.uint64())
    old = Block(pa.record_batch({"a": [1, 2], "b": [3, 4], "$ts": stamps}), written_ts=10)
    times = old.timestamps()
    assert old.derived(("sum", "b"), lambda: 7) == 7
    dropped = old.under(PLAIN)
    assert dropped.batch.schema.names == ["a", "$ts"]
    again = dropped.under(PLAIN.with_field(B, 50))
    assert again.derived(("sum", "b"), lambda: 14) == 14
    assert again.column("b").to_pylist() == [7, 7]
    assert again.timestamps() is times
