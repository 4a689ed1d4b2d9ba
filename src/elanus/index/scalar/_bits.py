"""Bits in which the ones before any place are quickly counted, and symbols as such bits.

source  Claude, Navarro, Ordonez: "The wavelet matrix", Information Systems 47, 2015
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elanus.index.scalar.base import Payload

Places = npt.NDArray[np.int64]

_WORD_BITS = 64
_WORD_BYTES = 8
_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Bits:
    """words (blocks, words of a block) the bits, lowest first; before (blocks,) how many ones stand before a block."""

    words: npt.NDArray[np.uint64]
    before: npt.NDArray[np.uint32]

    def at(self, places: Places) -> npt.NDArray[np.bool_]:
        words = self.words.reshape(-1)[places // _WORD_BITS]
        return ((words >> (places % _WORD_BITS).astype(np.uint64)) & np.uint64(1)).astype(np.bool_)

    def ones(self, places: Places) -> Places:
        """How many ones stand before each place."""
        width = self.words.shape[1]
        block, within = np.divmod(places, width * _WORD_BITS)
        counted = np.clip(within[:, None] - np.arange(width) * _WORD_BITS, 0, _WORD_BITS).astype(np.uint64)
        # A shift by all 64 bits is not defined, so it is done in two.
        half = counted // np.uint64(2)
        mask = ~((_ALL << half) << (counted - half))
        ones: Places = np.bitwise_count(self.words[block] & mask).sum(axis=1, dtype=np.int64)
        ones += self.before[block]
        return ones


def bits_of(mask: npt.NDArray[np.bool_], block_bytes: int) -> Bits:
    """One place more than the mask has can be asked for: its end."""
    blocks = len(mask) // (8 * block_bytes) + 1
    packed = np.zeros(blocks * block_bytes, np.uint8)
    packed[: (len(mask) + 7) // 8] = np.packbits(mask, bitorder="little")
    words = packed.view("<u8").reshape(blocks, block_bytes // _WORD_BYTES)
    ones = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return Bits(words, (np.cumsum(ones) - ones).astype(np.uint32))


@dataclass(frozen=True, slots=True, eq=False)
class SymbolRanks:
    """A text in which the places of a symbol are counted: of each bit of its symbols, highest first, all values.

    At each level those with a zero come first, in order, then those with a one.

    zeros  (levels,) how many have a zero there
    firsts (symbols,) where, below the last level, the places of a symbol begin
    """

    levels: Sequence[Bits]
    zeros: npt.NDArray[np.int64]
    firsts: npt.NDArray[np.int64]

    def before(self, symbol: int, places: Places) -> Places:
        """How many of this symbol stand before each place."""
        for bits, zeros, shift in self._descending():
            ones = bits.ones(places)
            places = zeros + ones if symbol >> shift & 1 else places - ones
        earlier: Places = places - self.firsts[symbol]
        return earlier

    def at(self, places: Places) -> tuple[Places, Places]:
        """The symbol at each place, and how many of the same stand before it."""
        symbols = np.zeros(len(places), np.int64)
        for bits, zeros, shift in self._descending():
            one, ones = bits.at(places), bits.ones(places)
            places = np.where(one, zeros + ones, places - ones)
            symbols |= one.astype(np.int64) << shift
        return symbols, places - self.firsts[symbols]

    def payload(self, name: str) -> dict[str, pa.Array]:
        parts = {f"{name} zeros": pa.array(self.zeros), f"{name} firsts": pa.array(self.firsts)}
        for level, bits in enumerate(self.levels):
            parts |= payload_of(bits, f"{name} {level}")
        return parts

    @staticmethod
    def opened(payload: Payload, name: str) -> SymbolRanks:
        zeros, firsts = payload[f"{name} zeros"].to_numpy(), payload[f"{name} firsts"].to_numpy()
        return SymbolRanks([open_bits(payload, f"{name} {level}") for level in range(len(zeros))], zeros, firsts)

    def _descending(self) -> Iterator[tuple[Bits, int, int]]:
        for level, (bits, zeros) in enumerate(zip(self.levels, self.zeros, strict=True)):
            yield bits, int(zeros), len(self.levels) - 1 - level


def symbol_ranks(text: npt.NDArray[np.uint8], symbols: int, block_bytes: int) -> SymbolRanks:
    """text  (n,) each below ``symbols``"""
    levels, zeros = [], []
    for shift in range(max(1, (symbols - 1).bit_length()) - 1, -1, -1):
        ones = (text >> shift & 1).astype(np.bool_)
        levels.append(bits_of(ones, block_bytes))
        zeros.append(len(text) - np.count_nonzero(ones))
        text = np.concatenate((text[~ones], text[ones]))
    counts = np.bincount(text, minlength=symbols)
    order = [int(symbol) for symbol in dict.fromkeys(text[_changes(text)].tolist())]
    firsts = np.zeros(symbols, np.int64)
    firsts[order] = np.cumsum(counts[order]) - counts[order]
    return SymbolRanks(levels, np.array(zeros, np.int64), firsts)


def payload_of(bits: Bits, name: str) -> dict[str, pa.Array]:
    return {f"{name} bits": pa.array(bits.words.reshape(-1)), f"{name} ones": pa.array(bits.before)}


def open_bits(payload: Payload, name: str) -> Bits:
    before = payload[f"{name} ones"].to_numpy()
    return Bits(payload[f"{name} bits"].to_numpy().reshape(len(before), -1), before)


def _changes(text: npt.NDArray[np.uint8]) -> Places:
    """Where another symbol begins."""
    return np.flatnonzero(np.diff(text, prepend=text[:1] ^ 1))
