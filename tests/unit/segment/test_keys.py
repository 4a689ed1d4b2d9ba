from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elanus.segment.keys import SortedKeys, key_codes

small = st.integers(-5, 5) | st.sampled_from([-(2**63), 2**63 - 1])


@given(st.lists(small, max_size=30), st.lists(small, max_size=10))
def test_find_gives_every_row_of_every_wanted_key(held: list[int], wanted: list[int]) -> None:
    positions, rows = SortedKeys.of(pa.array(held, pa.int64())).find(key_codes(pa.array(wanted, pa.int64())))
    expected = [(p, row) for p, key in enumerate(wanted) for row, other in enumerate(held) if key == other]
    assert sorted(zip(positions.tolist(), rows.tolist(), strict=True)) == expected


def test_ascending_keys_are_not_sorted_again() -> None:
    column = pa.array([1, 5, 9], pa.int64())
    assert np.shares_memory(SortedKeys.of(column).codes, column.to_numpy())


@pytest.mark.parametrize(
    ("lowest", "highest", "might"), [(0, 2, False), (10, 20, False), (0, 3, True), (9, 9, True), (4, 5, True)]
)
def test_might_hold_is_the_range(lowest: int, highest: int, might: bool) -> None:
    assert SortedKeys.of(pa.array([3, 9], pa.int64())).might_hold(lowest, highest) is might


def test_texts_have_codes_by_content() -> None:
    codes = key_codes(pa.array(["a", "ä", "a", ""], pa.large_string()))
    assert codes[0] == codes[2]
    assert len(set(codes.tolist())) == 3


def test_empty() -> None:
    empty = SortedKeys.of(pa.array([], pa.int64()))
    assert not empty.might_hold(0, 1)
    assert empty.find(np.array([1]))[1].tolist() == []
