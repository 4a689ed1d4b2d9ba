"""Strings one after the other, and the order of everything that ends them.

source  Larsson, Sadakane: "Faster suffix sorting", 2007: by the first bytes, then doubling what is known of ties
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elanus.index.scalar.base import RowNumbers

Positions = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Symbols = npt.NDArray[np.uint8]

SEPARATOR = 0xFF
"""Ends every string; no byte of UTF-8 is 255."""
_FIRST_BYTES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """The strings of a column that are not NULL, each followed by a separator.

    symbols (n,); ends (strings,) where the separators stand; rows (strings,) whose string it is
    """

    symbols: Symbols
    ends: npt.NDArray[np.int64]
    rows: RowNumbers

    def to_the_end(self) -> Positions:
        """(n,) position of the separator behind each symbol."""
        return np.repeat(self.ends.astype(np.uint32), np.diff(self.ends, prepend=-1))

    def rows_of_symbols(self) -> RowNumbers:
        """(n,) the row of the string of each symbol."""
        return np.repeat(self.rows, np.diff(self.ends, prepend=-1))

    def from_the_start(self) -> Positions:
        """(n,) how many symbols of its string stand before each."""
        starts = np.concatenate((np.zeros(1, np.int64), self.ends + 1))[:-1]
        whole = np.arange(len(self.symbols), dtype=np.uint32)
        return whole - np.repeat(starts.astype(np.uint32), np.diff(self.ends, prepend=-1))


def joined(column: pa.Array) -> Joined:
    """Of a large_string column."""
    there = pc.is_valid(column)
    texts = column.filter(there)
    lengths = pc.binary_length(texts).to_numpy().astype(np.int64)
    ends = np.cumsum(lengths + 1) - 1
    symbols = np.full(int(ends[-1]) + 1 if len(ends) else 0, SEPARATOR, np.uint8)
    inside = np.ones(len(symbols), np.bool_)
    inside[ends] = False
    symbols[inside] = _bytes_of(texts)
    return Joined(symbols, ends, np.flatnonzero(there.to_numpy(zero_copy_only=False)).astype(np.uint32))


def suffix_order(strings: Joined) -> Positions:
    """(n,) positions ordered by what stands from there to the end of the string.

    A separator is the highest symbol, and of two separators the later one is higher: there are no ties.
    """
    end_of = strings.to_the_end()
    keys = _first_bytes(strings.symbols, end_of)
    order = np.argsort(keys).astype(np.uint32)
    keys = keys[order]
    inner = len(order) - len(strings.ends)
    order[inner:] = strings.ends
    firsts = _group_firsts(keys)
    firsts[inner:] = np.arange(inner, len(order))
    ranks = np.empty(len(order), np.uint32)
    ranks[order] = firsts
    tied = _tied(firsts)
    known = _FIRST_BYTES
    while len(tied):
        tied = _refine(order, ranks, tied, end_of, known)
        known *= 2
    return order


def _refine(order: Positions, ranks: Positions, tied: Places, end_of: Positions, known: int) -> Places:
    """Sorts the tied places of the order by what stands ``known`` symbols further on; gives those still tied."""
    positions = order[tied]
    further = np.minimum(positions.astype(np.int64) + known, end_of[positions])
    keys = (ranks[positions].astype(np.uint64) << np.uint64(32)) | ranks[further]
    sort = np.argsort(keys)
    positions = positions[sort]
    groups = _group_firsts(keys[sort])
    order[tied] = positions
    ranks[positions] = tied[groups]
    return tied[_tied(groups)]


def _first_bytes(symbols: Symbols, end_of: Positions) -> npt.NDArray[np.uint64]:
    """(n,) the first symbols as one number; behind the end of the string stand only separators."""
    padded = np.concatenate((symbols, np.full(_FIRST_BYTES, SEPARATOR, np.uint8)))
    keys = np.zeros(len(symbols), np.uint64)
    for shift in range(_FIRST_BYTES):
        keys <<= np.uint64(8)
        keys |= padded[shift : shift + len(symbols)]
    left = end_of - np.arange(len(symbols), dtype=np.uint32)
    behind = np.array([(1 << 8 * (_FIRST_BYTES - 1 - n)) - 1 for n in range(_FIRST_BYTES)], np.uint64)
    keys |= behind[np.minimum(left, _FIRST_BYTES - 1)]
    return keys


def _group_firsts(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """(n,) of ascending keys: the place of the first that is equal."""
    places = np.arange(len(keys))
    places[1:][keys[1:] == keys[:-1]] = 0
    return np.maximum.accumulate(places, out=places)


def _tied(firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places that share their first with another."""
    shared = np.zeros(len(firsts), np.bool_)
    same = firsts[1:] == firsts[:-1]
    shared[1:] |= same
    shared[:-1] |= same
    return np.flatnonzero(shared)


def _bytes_of(texts: pa.Array) -> Symbols:
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64, count=len(texts) + 1, offset=texts.offset * 8)
    whole = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return whole[bounds[0] : bounds[-1]]
