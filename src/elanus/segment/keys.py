"""Primary keys of immutable rows, sorted, so that the rows of a batch of keys are found without a loop.

A key is looked up by its 64-bit code: an INT64 key is its own code, a VARCHAR key is hashed (XXH3) and the rows found
are compared with the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

Codes = npt.NDArray[np.int64]
RowNumbers = npt.NDArray[np.int64]

HASHED_AT_ONCE = 65536
"""Texts that are Python objects at a time: a merge hashes millions."""


def key_codes(keys: pa.Array) -> Codes:
    """64-bit code of each key of an int64 or large_string column."""
    if pa.types.is_int64(keys.type):
        return cast("Codes", keys.to_numpy(zero_copy_only=True))
    texts = keys.cast(pa.large_binary())
    pieces = (texts.slice(first, HASHED_AT_ONCE).to_pylist() for first in range(0, len(texts), HASHED_AT_ONCE))
    hashes = map(xxhash.xxh3_64_intdigest, chain.from_iterable(pieces))
    return np.fromiter(hashes, np.uint64, len(keys)).view(np.int64)


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """codes (n,) ascending; rows (n,) the row of each code; equal codes in row order."""

    codes: Codes
    rows: RowNumbers

    @staticmethod
    def of(keys: pa.Array) -> SortedKeys:
        codes = key_codes(keys)
        if len(codes) < 2 or bool((codes[1:] > codes[:-1]).all()):
            return SortedKeys(codes, np.arange(len(codes)))
        order = np.argsort(codes, kind="stable")
        return SortedKeys(codes[order], order)

    def might_hold(self, lowest: int, highest: int) -> bool:
        """False when no code lies in [lowest, highest]."""
        return len(self.codes) > 0 and bool(self.codes[0] <= highest and self.codes[-1] >= lowest)

    def find(self, wanted: Codes) -> tuple[RowNumbers, RowNumbers]:
        """Every row whose code is wanted.

        returns  positions in ``wanted`` and rows, of equal length; a wanted code held by several rows appears
                 once for each, one held by none not at all
        """
        if not len(wanted) or not len(self.codes):
            return _NOTHING, _NOTHING
        first = np.searchsorted(self.codes, wanted, side="left")
        held = np.minimum(first, len(self.codes) - 1)
        found = np.flatnonzero(self.codes[held] == wanted)
        if not len(found):
            return _NOTHING, _NOTHING
        after = np.searchsorted(self.codes, wanted[found], side="right")
        runs = after - first[found]
        positions = np.repeat(found, runs)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(runs) - runs, runs)
        return positions, self.rows[np.repeat(first[found], runs) + within]


_NOTHING: RowNumbers = np.empty(0, np.int64)
