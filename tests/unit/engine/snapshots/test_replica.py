"""A snapshot under other ids."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elanus.engine.snapshots.replica import replica_of
from elanus.storage.catalog import LoadRecord
from elanus.storage.files import FileEntry
from elanus.storage.layout import Layout
from unit.storage.samples import BUILD, COLLECTION, INDEX, PARTITION, SEGMENT, SNAPSHOT

LAYOUT = Layout(Path("/data"))
SWITCHED = replace(
    SNAPSHOT,
    indexes=(INDEX, replace(INDEX, id=301, replaces=INDEX.id, state="switching")),
    segments=(replace(SEGMENT, gone=FileEntry("deletes-5.arrow", 3, "ee")), replace(SEGMENT, id=302)),
)


def test_every_record_has_a_new_id_and_refers_to_new_ones() -> None:
    made = replica_of(SWITCHED, "again", 50, lambda n: range(1000, 1000 + n), LAYOUT)
    parts = (*made.partitions, *made.indexes, *made.segments)
    ids = [made.collection.id, *(part.id for part in (*parts, *made.builds))]
    assert sorted(ids) == list(range(1000, 1000 + len(ids)))
    assert {part.collection_id for part in parts} == {made.collection.id}
    [partition], [build] = made.partitions, made.builds
    assert {segment.partition_id for segment in made.segments} == {partition.id}
    assert (build.index_id, build.segment_id) == (made.indexes[0].id, made.segments[0].id)
    assert [index.replaces for index in made.indexes] == [None, made.indexes[0].id]
    assert build.file is not None
    assert build.file.name == f"index-{build.id}.idx"


def test_all_else_is_as_it_was_but_what_belongs_to_the_new_name() -> None:
    made = replica_of(SWITCHED, "again", 50, lambda n: range(1000, 1000 + n), LAYOUT)
    of_new = {"id": COLLECTION.id, "name": "books", "schema": COLLECTION.schema, "load_state": COLLECTION.load_state}
    assert made.collection.name == made.collection.schema.name == "again"
    assert made.collection.load_state == LoadRecord()
    assert made.collection.truncated_ts == 50
    times = {"created_ts": COLLECTION.created_ts, "updated_ts": COLLECTION.updated_ts, "truncated_ts": 0}
    assert replace(made.collection, **of_new, **times) == COLLECTION
    assert replace(made.partitions[0], id=PARTITION.id, collection_id=COLLECTION.id) == PARTITION
    assert replace(made.builds[0], id=BUILD.id, index_id=INDEX.id, segment_id=SEGMENT.id, file=BUILD.file) == BUILD


def test_every_file_comes_from_the_snapshot_into_the_new_segment() -> None:
    made = replica_of(SWITCHED, "again", 50, lambda n: range(1000, 1000 + n), LAYOUT)
    first, second = (LAYOUT.segment(made.collection.id, segment.id) for segment in made.segments)
    of_first, of_second = (LAYOUT.snapshot_segment(SNAPSHOT.id, segment.id) for segment in SWITCHED.segments)
    assert [(file.kind, file.source, file.directory / file.entry.name) for file in made.files] == [
        ("rows", of_first / "data.arrow", first / "data.arrow"),
        ("keys", of_first / "keys.arrow", first / "keys.arrow"),
        ("rows", of_first / "deletes-5.arrow", first / "deletes-5.arrow"),
        ("rows", of_second / "data.arrow", second / "data.arrow"),
        ("keys", of_second / "keys.arrow", second / "keys.arrow"),
        ("index", of_first / "index-205.idx", first / f"index-{made.builds[0].id}.idx"),
    ]
    assert made.without_builds([made.builds[0].id]).builds == ()
