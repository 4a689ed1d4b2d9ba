"""Many writers and readers at once on one collection, threads switched every 10 microseconds, against a model."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from concurrency.crowd import Crowd
from concurrency.ledger import BATCH, BUSY, GONE, Ledger, check_against, check_batches, ids_of
from concurrency.upkeep import Upkeep
from crash.found import check_files, rows_of
from crash.model import DEFAULT_PARTITION
from crash.rows import batch, columns, schema, vectors
from crash.workload import SETTINGS
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.search import query, search
from elanus.search.requests import QuerySpec, SearchSpec
from elanus.segment.view import View

WRITERS = 4
ROUNDS = 40
EVERYTHING = QuerySpec(filter="id >= 0", output_fields=("version", "number", "text", "vector"))
COUNT = QuerySpec(output_fields=("count(*)",))


@pytest.fixture(autouse=True)
def _restless_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    engine = Engine.open(tmp_path / "data", SETTINGS)
    created = engine.create_collection("", NewCollection(schema("crowd")))
    created.load()
    yield created
    engine.close()
    check_files(tmp_path / "data")


def test_readers_see_whole_batches_while_everything_changes(collection: Collection) -> None:
    ledger = Ledger()
    writers = [partial(_write, collection, ledger, writer) for writer in range(WRITERS)]
    readers = [partial(_read, collection, ledger), partial(_read, collection, ledger)]
    Crowd(writers, [*readers, partial(_search, collection, ledger, random.Random(1)), Upkeep(collection)]).run()
    standing = {number: entry for number, entry in ledger.copy().items() if entry != GONE}
    expected = {row: (entry, DEFAULT_PARTITION, None) for number, entry in standing.items() for row in ids_of(number)}
    assert len(expected) > BATCH * ROUNDS
    assert rows_of(collection) == expected


def test_key_set_replaced_by_many_stays_one_set(collection: Collection) -> None:
    written: dict[int, int] = {}
    seen: list[tuple[int, int]] = []

    def replace(writer: int) -> None:
        for turn in range(ROUNDS):
            version = turn * WRITERS + writer + 1
            written[version] = collection.upsert(batch(ids_of(0), version)).ts

    def read() -> None:
        view = collection.view
        seen.extend((view.ts, version) for version in _batches(view).values())

    Crowd([partial(replace, writer) for writer in range(WRITERS)], [read, collection.flush]).run()
    assert len(set(written.values())) == WRITERS * ROUNDS, "two commits share a timestamp"
    assert [ts for ts, _ in seen] == sorted(ts for ts, _ in seen), "a view went back"
    assert [written[version] for _, version in seen] == sorted(written[version] for _, version in seen)
    assert _batches(collection.view) == {0: max(written, key=lambda version: written[version])}


def test_acknowledged_row_is_read_by_its_writer_at_once(collection: Collection) -> None:
    writers = 2 * WRITERS

    def write(writer: int) -> None:
        for turn in range(ROUNDS):
            row = turn * writers + writer
            collection.insert(batch([row], turn))
            assert _versions(collection, row) == [turn]
            if turn % 3 == 0:
                collection.delete_keys(pa.array([row], pa.int64()))
                assert _versions(collection, row) == []

    Crowd([partial(write, writer) for writer in range(writers)], [collection.flush]).run()
    kept = [turn for turn in range(ROUNDS) if turn % 3]
    assert sorted(rows_of(collection)) == [turn * writers + writer for turn in kept for writer in range(writers)]


def _write(collection: Collection, ledger: Ledger, writer: int) -> None:
    """A new batch each round, and one of the older ones replaced or deleted."""
    choose, mine = random.Random(writer), list[int]()
    for turn in range(ROUNDS):
        number, version = turn * WRITERS + writer, turn + 1
        ledger.note(number, BUSY)
        collection.insert(batch(ids_of(number), version))
        ledger.note(number, version)
        mine.append(number)
        _change(collection, ledger, mine, choose, version + ROUNDS)


def _change(collection: Collection, ledger: Ledger, mine: list[int], choose: random.Random, version: int) -> None:
    number = choose.choice(mine)
    ledger.note(number, BUSY)
    if choose.random() < 0.3:
        collection.delete_keys(pa.array(ids_of(number), pa.int64()))
        mine.remove(number)
        ledger.note(number, GONE)
    else:
        collection.upsert(batch(ids_of(number), version))
        ledger.note(number, version)


def _read(collection: Collection, ledger: Ledger) -> None:
    before = ledger.copy()
    view = collection.view
    after = ledger.copy()
    seen = _batches(view)
    check_against(seen, before, after)
    assert query(view, COUNT).count == len(seen) * BATCH


def _search(collection: Collection, ledger: Ledger, choose: random.Random) -> None:
    """The vector of a row nobody changed finds that row, whatever index serves at the moment."""
    number = choose.choice(ledger.standing() or [0])
    before = ledger.copy().get(number, BUSY)
    view = collection.view
    if before < 0 or ledger.copy()[number] != before:
        return
    ids = np.array(ids_of(number))
    spec = SearchSpec(field="vector", k=1, params={"nprobe": 4, "ef": 400})
    found = search(view, spec, vectors(ids, np.full(BATCH, before)))
    assert found.ids.tolist() == ids.tolist()


def _batches(view: View) -> dict[int, int]:
    """Version by batch; every value of every row is what its id and version stand for."""
    answer = query(view, EVERYTHING)
    ids, versions = answer.columns["id"].to_numpy(), answer.columns["version"].to_numpy()
    expected = columns(ids, versions)
    for name in ("number", "text", "vector"):
        assert answer.columns[name].equals(expected[name]), f"torn column {name}"
    return check_batches(ids, versions)


def _versions(collection: Collection, row: int) -> list[int]:
    answer = query(collection.view, QuerySpec(ids=(row,), output_fields=("version",)))
    versions: list[int] = answer.columns["version"].to_pylist()
    return versions
