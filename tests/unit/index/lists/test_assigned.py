"""The lists of rows and their places, against a loop over the rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elanus.index._lists.assigned import Assigned, Positions

NLIST = 7


@given(st.lists(st.lists(st.integers(0, NLIST - 1), max_size=20), max_size=8))
def test_a_row_goes_behind_those_before_it(slices: list[list[int]]) -> None:
    positions, before = Positions(NLIST), [0] * NLIST
    for lists in slices:
        wanted = []
        for own in lists:
            wanted.append(before[own])
            before[own] += 1
        assert positions.next(np.array(lists, np.int64)).tolist() == wanted


@given(st.lists(st.lists(st.integers(0, NLIST - 1), max_size=20), max_size=8))
def test_every_list_is_noted_and_counted(slices: list[list[int]]) -> None:
    rows = [own for lists in slices for own in lists]
    assigned = Assigned(NLIST, len(rows))
    for lists in slices:
        assigned.append(np.array(lists, np.int64))
    assert (len(assigned), assigned.lists.tolist()) == (len(rows), rows)
    assert assigned.sizes.tolist() == [rows.count(own) for own in range(NLIST)]


@pytest.mark.parametrize(("nlist", "row_bytes"), [(1, 1), (256, 1), (257, 2), (65536, 2), (65537, 4)])
def test_a_row_takes_no_more_than_its_list_needs(nlist: int, row_bytes: int) -> None:
    assigned = Assigned(nlist, 10)
    assigned.append(np.array([0, nlist - 1]))
    assert (assigned.lists.tolist(), assigned.lists.nbytes) == ([0, nlist - 1], 2 * row_bytes)
