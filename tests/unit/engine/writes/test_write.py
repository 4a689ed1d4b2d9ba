"""The pure step from view to view, and its way through the log."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pyarrow as pa
import pytest

from elanus.engine.writes.write import RECORD_BYTES, Write, apply_write, stamped, write_from_records
from elanus.segment.block import Block
from elanus.segment.view import SegmentView, View
from elanus.storage.log import LogRecord
from unit.engine.samples import SCHEMA, contents, count, keys, rows

EMPTY = View(0, 1, SCHEMA, (), {"_default": 1, "p": 2}, frozenset([1, 2]))


class Steps:
    """Applies writes at ts 1, 2, 3 ... and remembers them as log records."""

    def __init__(self, view: View = EMPTY) -> None:
        self.view = view
        self.growing: dict[int, int] = {}
        self.records: list[LogRecord] = []
        self._ids = itertools.count(100)

    def take(self, *writes: Write) -> int:
        deleted = 0
        for write in writes:
            ts = self.view.ts + 1
            self.records += [LogRecord(ts, ts, kind, bytes(body)) for kind, body in write.bodies()]
            deleted = self.apply(write, ts)
        return deleted

    def apply(self, write: Write, ts: int) -> int:
        done = apply_write(self.view, write, ts, self.growing, self._start)
        self.view = done.view
        return done.deleted

    def _start(self, partition_id: int) -> int:
        self.growing[partition_id] = next(self._ids)
        return self.growing[partition_id]


def insert(ids: list[int], n: int = 0, partition: int = 1) -> Write:
    return Write(inserts=((partition, rows(ids, n)),))


WRITES = [
    insert([1, 2, 3]),
    insert([3, 4, 4], n=1, partition=2),
    Write(keys([1, 4])),
    Write(keys([2, 9]), inserts=((1, rows([2, 9], 5)),)),
    Write(keys([3]), frozenset([1])),
    insert([1], n=7),
]


def test_each_kind_of_write() -> None:
    steps = Steps()
    steps.take(*WRITES[:2])
    assert contents(steps.view) == {1: 0, 2: 0, 3: 1, 4: 1}
    assert count(steps.view) == 6
    assert steps.take(WRITES[2]) == 3
    assert contents(steps.view) == {2: 0, 3: 1}
    assert steps.take(WRITES[3]) == 1
    assert contents(steps.view) == {2: 5, 3: 1, 9: 5}
    steps.take(WRITES[4])
    assert contents(steps.view) == {2: 5, 3: 1, 9: 5}, "the other partition's row stays"
    steps.take(WRITES[5])
    assert contents(steps.view) == {1: 7, 2: 5, 3: 1, 9: 5}


def test_earlier_times_stay_as_they_were() -> None:
    steps = Steps()
    seen = []
    for write in WRITES:
        steps.take(write)
        seen.append((steps.view.ts, contents(steps.view), count(steps.view)))
    for ts, live, counted in seen:
        assert (contents(steps.view, ts), count(steps.view, ts)) == (live, counted)


def test_a_replay_gives_the_same_view() -> None:
    steps, again = Steps(), Steps()
    steps.take(*WRITES)
    for ts, group in itertools.groupby(steps.records, key=lambda record: record.ts):
        again.apply(write_from_records(group), ts)
    assert contents(again.view) == contents(steps.view)
    assert count(again.view) == count(steps.view)


def test_large_rows_are_logged_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elanus.engine.writes.write.RECORD_BYTES", 200)
    assert RECORD_BYTES > 200
    write = Write(keys([7]), frozenset([2]), ((1, rows(list(range(50)))), (2, rows([7, 7]))), seen_ts=5)
    bodies = write.bodies()
    assert len(bodies) > 5
    back = write_from_records([LogRecord(1, 1, kind, bytes(body)) for kind, body in bodies])
    assert (back.partition_ids, back.seen_ts, back.deleted_keys) == (frozenset([2]), 5, keys([7]))
    assert pa.Table.from_batches([b for p, b in back.inserts if p == 1]) == pa.Table.from_batches([write.inserts[0][1]])


def test_a_replayed_delete_spares_rows_that_came_later() -> None:
    """An imported segment is younger than records that still are in the log."""
    block = Block(stamped(rows([1, 2]), 3), imported_ts=50)
    view = replace(EMPTY, segments=(SegmentView(9, 1, (block,), 2, is_growing=False),))
    steps = Steps(view)
    steps.apply(Write(keys([1])), 40)
    assert contents(replace(steps.view, ts=99)).keys() == {1, 2}
    steps.apply(Write(keys([1])), 60)
    assert contents(steps.view).keys() == {2}


def test_a_delete_by_filter_spares_rows_newer_than_what_it_saw() -> None:
    steps = Steps()
    steps.take(insert([1, 2]), insert([1], n=5))
    steps.take(Write(keys([1, 2]), seen_ts=1))
    assert contents(steps.view) == {1: 5}


def test_generated_keys_are_not_looked_up() -> None:
    steps = Steps()
    steps.take(replace(insert([1]), keys_are_new=True), replace(insert([2]), keys_are_new=True))
    assert [s.gone.events.size for s in steps.view.segments] == [0]


def test_rows_of_a_dropped_partition_do_not_come_back_but_what_they_hid_stays_hidden() -> None:
    steps = Steps(replace(EMPTY, partition_ids={"_default": 1}))
    steps.apply(insert([1, 2]), 1)
    steps.apply(insert([2], n=9, partition=2), 2)
    assert contents(steps.view) == {1: 0}
    assert count(steps.view) == 2


def test_no_rows_no_segment() -> None:
    steps = Steps()
    steps.take(insert([]), Write(keys([])))
    assert steps.view.segments == ()
    assert steps.view.ts == 2


def test_the_view_before_is_untouched() -> None:
    steps = Steps()
    steps.take(insert([1, 2]))
    before = steps.view
    steps.take(Write(keys([1])))
    assert contents(before).keys() == {1, 2}
