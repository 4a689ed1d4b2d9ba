"""What writers know of their batches, for readers to compare a view with, without locks.

A batch is BATCH rows with following ids that are written, replaced and deleted together. Its entry is its version
while nobody changes it, BUSY while its writer does, GONE once its deletion was acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crash.rows import Ints

BATCH = 20
BUSY, GONE = -1, -2

Entries = Mapping[int, int]


class Ledger:
    """Every entry has one writer; an entry never takes an earlier value again."""

    def __init__(self) -> None:
        self._entries: dict[int, int] = {}

    def note(self, number: int, entry: int) -> None:
        self._entries[number] = entry

    def copy(self) -> dict[int, int]:
        return self._entries.copy()

    def standing(self) -> list[int]:
        """Batches that are there."""
        return [number for number, entry in self.copy().items() if entry >= 0]


def ids_of(number: int) -> range:
    return range(number * BATCH, (number + 1) * BATCH)


def check_batches(ids: Ints, versions: Ints) -> dict[int, int]:
    """Version by batch of what a view showed; a half batch, a mixed one or a row twice fails."""
    order = np.argsort(ids)
    ids, versions = ids[order], versions[order]
    assert len(np.unique(ids)) == len(ids), "a row is there twice"
    numbers, starts, counts = np.unique(ids // BATCH, return_index=True, return_counts=True)
    assert (counts == BATCH).all(), f"half a batch: {numbers[counts != BATCH]}"
    assert (np.repeat(versions[starts], BATCH) == versions).all(), "a batch of two versions"
    return dict(zip(numbers.tolist(), versions[starts].tolist(), strict=True))


def check_against(seen: Entries, before: Entries, after: Entries) -> None:
    """A view taken between two copies of the ledger shows every batch nobody changed, as it stood."""
    settled = {number: entry for number, entry in before.items() if entry != BUSY and after[number] == entry}
    for number, entry in settled.items():
        assert seen.get(number, GONE) == entry, f"batch {number}: seen {seen.get(number)}, acknowledged {entry}"
