"""Compressed sparse rows against dictionaries, and their form on the wire."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from elanus.schema.sparse import SparseRows, concatenated, from_wire

ROW = st.dictionaries(st.integers(0, 2**32 - 2), st.floats(width=32, allow_nan=False), max_size=6)
ROWS = st.lists(ROW, max_size=8)


def on_the_wire(row):
    return b"".join(struct.pack("<If", index, row[index]) for index in sorted(row))


def as_dicts(rows):
    return [
        dict(zip(part.indices.tolist(), part.values.tolist(), strict=True))
        for part in (rows[at : at + 1].packed() for at in range(len(rows)))
    ]


@given(ROWS)
def test_the_wire_and_back(rows):
    sent = [on_the_wire(row) for row in rows]
    read = from_wire(sent)
    assert as_dicts(read) == rows
    assert read.to_wire() == sent
    assert (len(read), read.entry_count) == (len(rows), sum(map(len, rows)))
    assert read.nbytes == read.indptr.nbytes + sum(map(len, sent))


@given(ROWS, st.integers(-9, 9), st.integers(-9, 9))
def test_a_slice_is_that_of_a_list(rows, first, last):
    part = from_wire([on_the_wire(row) for row in rows])[first:last]
    assert as_dicts(part) == rows[first:last]
    assert part.to_wire() == [on_the_wire(row) for row in rows[first:last]]
    assert part.lengths.tolist() == [len(row) for row in rows[first:last]]
    assert part.row_of_entry().tolist() == [i for i, row in enumerate(rows[first:last]) for _ in row]


@given(st.lists(ROW, min_size=1, max_size=8), st.data())
def test_taken_rows_come_in_their_order(rows, draw):
    chosen = draw.draw(st.lists(st.integers(0, len(rows) - 1)))
    whole = from_wire([on_the_wire(row) for row in rows])
    assert as_dicts(whole.take(np.array(chosen, np.int64))) == [rows[i] for i in chosen]
    assert as_dicts(whole[1:].take(np.arange(len(rows) - 1))) == rows[1:]


@given(ROWS, ROWS)
def test_parts_follow_each_other(left, right):
    parts = [from_wire([on_the_wire(row) for row in rows]) for rows in (left, right)]
    assert as_dicts(concatenated(parts)) == left + right


def test_nothing():
    assert len(from_wire([])) == len(concatenated([])) == 0
    assert SparseRows(np.zeros(1, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32)).to_wire() == []
