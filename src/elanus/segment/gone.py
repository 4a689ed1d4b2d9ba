"""Rows that left a segment: deleted, or superseded by a later row with the same primary key.

Milvus's insert does not look at primary keys, so two rows may share one: reads then see only the newest, while
``count(*)`` counts both. Such an older row is *superseded*; only a delete or an upsert makes it *deleted*.
Each event keeps its timestamp, so that a reader pinned to an earlier time still sees the row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elanus.storage.segment_files import GONE

Bits = npt.NDArray[np.bool_]
Events = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Gone:
    """events   of GONE, in the order they happened
    live     (n,) bool: neither deleted nor superseded; None = every row
    present  (n,) bool: not deleted; None = every row
    n is the number of rows the segment had at the last event; later rows are live.
    """

    events: Events
    live: Bits | None = None
    present: Bits | None = None

    @property
    def deleted_count(self) -> int:
        return 0 if self.present is None else len(self.present) - int(np.count_nonzero(self.present))

    def with_rows(self, rows: npt.NDArray[np.int64], ts: int, *, superseded: bool, row_count: int) -> Gone:
        """These rows leave at ``ts``; those already gone in the same way are ignored.

        row_count  rows the segment has now
        """
        still = self.live if superseded else self.present
        if still is not None and len(still) < row_count:
            still = _grown(still, row_count)
        if still is not None:
            rows = rows[still[rows]]
        if not len(rows):
            return self
        events = np.empty(len(rows), GONE)
        events["row"], events["ts"], events["superseded"] = rows, ts, superseded
        live = _without(self.live, rows, row_count)
        present = self.present if superseded else _without(self.present, rows, row_count)
        return Gone(np.concatenate([self.events, events]), live, present)

    def live_at(self, ts: int, row_count: int) -> Bits | None:
        """Which of ``row_count`` rows a reader at ``ts`` sees, whenever they were inserted; None = all."""
        return _left_by(self.events[self.events["ts"] <= ts], row_count)

    def present_at(self, ts: int, row_count: int) -> Bits | None:
        """As :meth:`live_at`, superseded rows included."""
        return _left_by(self.events[(self.events["ts"] <= ts) & ~self.events["superseded"]], row_count)


def gone_from_events(events: Events, row_count: int) -> Gone:
    """The state after these events (read from a checkpoint)."""
    return Gone(events, _left_by(events, row_count), _left_by(events[~events["superseded"]], row_count))


def _left_by(events: Events, row_count: int) -> Bits | None:
    if not len(events):
        return None
    return _without(None, events["row"].astype(np.int64), row_count)


def _without(mask: Bits | None, rows: npt.NDArray[np.int64], row_count: int) -> Bits:
    left = np.ones(row_count, bool) if mask is None else _grown(mask, row_count)
    left[rows] = False
    return left


def _grown(mask: Bits, row_count: int) -> Bits:
    """A copy of the mask for ``row_count`` rows, the new ones live."""
    grown = np.ones(row_count, bool)
    grown[: len(mask)] = mask
    return grown


NOTHING_GONE = Gone(np.empty(0, GONE))
