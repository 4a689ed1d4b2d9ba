"""All endings of all strings, in order, without the strings: what stands before each ending is enough.

Whoever knows the range of endings that begin with a text knows, by counting, that of the endings that begin with one
more byte before it. From any ending the string is followed back, byte by byte, to one whose row is known.

source  Ferragina, Manzini: "Opportunistic data structures with applications", FOCS 2000
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.scalar._bits import Bits, SymbolRanks, bits_of, open_bits, payload_of, symbol_ranks
from elanus.index.scalar._suffixes import SEPARATOR, Joined, suffix_order
from elanus.index.scalar.base import Payload, RowNumbers


@dataclass(frozen=True, slots=True)
class Range:
    """Endings from ``low`` up to, not including, ``high``."""

    low: int
    high: int

    def __len__(self) -> int:
        return self.high - self.low


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """codes (256,) of each byte its place among those that occur, -1 for the others; the separator is the highest.

    starts (symbols + 1,) of the endings, the first that begins with each symbol; then how many there are
    before      what stands before each ending
    known       which endings have a row in ``known_rows``: the whole string, and every so many bytes of it
    whole_rows  rows in the order of their strings
    """

    codes: npt.NDArray[np.int16]
    starts: npt.NDArray[np.int64]
    before: SymbolRanks
    known: Bits
    known_rows: RowNumbers
    whole_rows: RowNumbers

    def beginning_with(self, text: bytes) -> Range:
        return self._preceded(Range(0, int(self.starts[-1])), text)

    def equal_to(self, text: bytes) -> Range:
        """The endings that are this text and no more."""
        return self._preceded(Range(int(self.starts[-2]), int(self.starts[-1])), text)

    def whole_strings(self, within: Range) -> RowNumbers:
        """Rows of the endings that are a whole string."""
        low, high = self.before.before(len(self.starts) - 2, np.array([within.low, within.high]))
        return self.whole_rows[low:high]

    def rows(self, within: Range) -> RowNumbers:
        """The row of each ending, in no order."""
        places = np.arange(within.low, within.high)
        rows = []
        while len(places):
            known = self.known.at(places)
            rows.append(self.known_rows[self.known.ones(places[known])])
            symbols, earlier = self.before.at(places[~known])
            places = self.starts[symbols] + earlier
        return np.concatenate(rows) if rows else np.empty(0, np.uint32)

    def _preceded(self, within: Range, text: bytes) -> Range:
        """The endings that begin with the text and go on with one of these."""
        bounds = np.array([within.low, within.high])
        for code in self.codes[np.frombuffer(text, np.uint8)][::-1]:
            if code < 0 or bounds[0] == bounds[1]:
                return Range(0, 0)
            bounds = self.starts[code] + self.before.before(int(code), bounds)
        return Range(int(bounds[0]), int(bounds[1]))


def build_endings(strings: Joined, sample_rate: int, block_bytes: int) -> Payload:
    order = suffix_order(strings)
    occurring = np.union1d(strings.symbols, np.array([SEPARATOR], np.uint8))
    codes = np.full(256, -1, np.int16)
    codes[occurring] = np.arange(len(occurring))
    counts = np.bincount(strings.symbols, minlength=256)[occurring]
    before = codes[strings.symbols[order.astype(np.int64) - 1]].astype(np.uint8)
    from_the_start, rows = strings.from_the_start()[order], strings.rows_of_symbols()[order]
    known = from_the_start % sample_rate == 0
    return {
        "codes": pa.array(codes),
        "starts": pa.array(np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))),
        "known rows": pa.array(rows[known]),
        "whole rows": pa.array(rows[from_the_start == 0]),
        **payload_of(bits_of(known, block_bytes), "known"),
        **symbol_ranks(before, len(occurring), block_bytes).payload("before"),
    }


def open_endings(payload: Payload) -> Endings:
    return Endings(
        codes=payload["codes"].to_numpy(),
        starts=payload["starts"].to_numpy(),
        before=SymbolRanks.opened(payload, "before"),
        known=open_bits(payload, "known"),
        known_rows=payload["known rows"].to_numpy(),
        whole_rows=payload["whole rows"].to_numpy(),
    )
