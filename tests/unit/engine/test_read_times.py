"""Readers of an earlier time, and merges that drop what they may still want."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.read_times import ReadTimes
from elanus.errors import Rejected
from elanus.search.requests import QuerySpec
from elanus.service.search.searches import Searches
from unit.engine.samples import compacted, contents, created, keys, opened, rows

TOO_OLD = r"only support to travel back to \d+ so far"


def deleted_from(engine: Engine) -> tuple[Collection, int]:
    """30 sealed rows of which ten were deleted, and the moment before."""
    collection = created(engine)
    collection.insert(rows(range(30), 1))
    collection.flush()
    before = collection.view.ts
    collection.delete_keys(keys(range(10)))
    return collection, before


def test_a_time_whose_rows_were_merged_away_is_refused_for_good(engine: Engine, path: Path) -> None:
    collection, before = deleted_from(engine)
    after = collection.view.ts
    assert len(contents(collection.view, before)) == 30
    assert compacted(collection) == 1
    for _ in range(2):
        with pytest.raises(Rejected, match=TOO_OLD):
            contents(collection.view, before)
        assert len(contents(collection.view, collection.view.ts)) == 20
        engine.close()
        engine = opened(path)
        collection = engine.collection("", "films")
    assert collection.view.ts > after
    engine.close()


def test_a_time_is_kept_through_a_merge_that_drops_nothing(engine: Engine) -> None:
    collection = created(engine)
    for first in (0, 30):
        collection.insert(rows(range(first, first + 30), 1))
        collection.flush()
    before = collection.view.ts
    assert compacted(collection) == 1
    assert len(contents(collection.view, before)) == 60


@pytest.mark.parametrize("removal", ["truncate", "drop_partition"])
def test_a_time_of_rows_that_were_dropped_is_refused(engine: Engine, removal: str) -> None:
    collection = created(engine)
    collection.create_partition("p")
    collection.insert(rows(range(30), 1), "p")
    before = collection.view.ts
    collection.truncate() if removal == "truncate" else collection.drop_partition("p")
    with pytest.raises(Rejected, match=TOO_OLD):
        contents(collection.view, before)
    assert contents(collection.view, collection.view.ts) == {}


def test_an_iterator_keeps_its_time_while_it_is_used(engine: Engine) -> None:
    """Without the note of its last page the merge would drop the deleted rows: nothing is retained here."""
    collection = created(engine)
    collection.read_times = ReadTimes(retention_seconds=3600.0)
    for first in (0, 10):
        collection.insert(rows(range(first, first + 10), 1))
        collection.flush()
    page = QuerySpec(filter="id >= 0", output_fields=("n",), limit=5, in_key_order=True)
    begun = Searches().query(collection, page)
    collection.delete_keys(keys(range(20)))
    assert compacted(collection) == 1
    rest = Searches().query(collection, replace(page, filter="id > 4", limit=100, snapshot_ts=begun.read_ts))
    assert rest.columns["id"].to_pylist() == list(range(5, 20))
    collection.read_times = ReadTimes(retention_seconds=0.0)
    assert compacted(collection) == 1
    with pytest.raises(Rejected, match=TOO_OLD):
        Searches().query(collection, replace(page, snapshot_ts=begun.read_ts))
    fresh = Searches().query(collection, page)
    assert Searches().query(collection, replace(page, snapshot_ts=fresh.read_ts)).columns["id"].to_pylist() == []


def test_a_time_is_forgotten_when_it_was_not_used_for_long() -> None:
    used = ReadTimes(retention_seconds=3600.0)
    assert used.oldest(99) == 99
    used.note(7)
    used.note(5)
    assert used.oldest(99) == 5
    unused = ReadTimes(retention_seconds=0.0)
    unused.note(5)
    assert unused.oldest(99) == 99
