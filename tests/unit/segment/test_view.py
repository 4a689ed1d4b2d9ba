from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from elanus.segment.block import Block
from elanus.segment.gone import NOTHING_GONE
from elanus.segment.keys import key_codes
from elanus.segment.view import SegmentView


def block(keys: list[int] | list[str], stamps: list[int]) -> Block:
    kind = pa.int64() if not keys or isinstance(keys[0], int) else pa.large_string()
    return Block(pa.record_batch({"id": pa.array(keys, kind), "$ts": pa.array(stamps, pa.uint64())}))


def segment(*blocks: Block) -> SegmentView:
    return SegmentView(7, 1, blocks, sum(b.row_count for b in blocks), is_growing=True)


def find(view: SegmentView, keys: list[int] | list[str]) -> list[tuple[int, int]]:
    kind = pa.int64() if not keys or isinstance(keys[0], int) else pa.large_string()
    wanted = pa.array(keys, kind)
    positions, rows = view.find_keys(key_codes(wanted), wanted, "id")
    return sorted(zip(positions.tolist(), rows.tolist(), strict=True))


TWO = segment(block([5, 3, 5], [1, 1, 2]), block([9, 3], [4, 6]))


def test_find_keys_numbers_rows_through_all_blocks() -> None:
    assert find(TWO, [3, 9, 4]) == [(0, 1), (0, 4), (1, 3)]
    assert find(TWO, [100]) == []
    assert find(segment(), [1]) == []


def test_find_keys_of_texts() -> None:
    assert find(segment(block(["b", "a"], [1, 1])), ["a", "c"]) == [(0, 1)]


def test_texts_with_the_same_code_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elanus.segment.keys.xxhash.xxh3_64_intdigest", len)
    assert find(segment(block(["xx", "yy", "z"], [1, 1, 1])), ["yy", "aa"]) == [(0, 1)]


@pytest.mark.parametrize(("ts", "rows"), [(0, 0), (1, 2), (2, 3), (3, 3), (4, 4), (6, 5), (99, 5)])
def test_inserted_by(ts: int, rows: int) -> None:
    assert TWO.inserted_by(ts) == rows


def test_masks_reach_to_the_last_row() -> None:
    gone = NOTHING_GONE.with_rows(np.array([1]), 2, superseded=True, row_count=3)
    left = replace(TWO, gone=gone)
    assert left.live is not None
    assert left.live.tolist() == [True, False, True, True, True]
    assert left.present is None
    assert left.offsets == (0, 3)
