"""Snapshots through pymilvus: taken, listed, pinned, restored, dropped."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pymilvus
import pytest
from pymilvus import DataType, Function, FunctionType, MilvusException

ROWS = 60
DIM = 8
TEXTS = ("a red fox runs", "the blue sea is deep", "green hills and a fox", "silence")
PLACES = ("POINT (1 1)", "POINT (5 5)", "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))")


def schema_of_everything() -> Any:
    """Full text, a scalar index, geometry, JSON, an array, a nullable field, a dynamic one and two kinds of vectors."""
    schema = pymilvus.MilvusClient.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=DIM)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True, enable_match=True)
    schema.add_field("year", DataType.INT32, nullable=True)
    schema.add_field("tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=4, max_length=10)
    schema.add_field("place", DataType.GEOMETRY, nullable=True)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["words"]))
    return schema


def indexes(client: pymilvus.MilvusClient) -> Any:
    params = client.prepare_index_params()
    params.add_index("v", index_type="HNSW", metric_type="L2", M=8, efConstruction=40)
    params.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    params.add_index("year", index_type="STL_SORT")
    params.add_index("place", index_type="RTREE")
    return params


def rows(ids: range, year: int) -> list[dict[str, Any]]:
    vectors = np.random.default_rng(ids.start).standard_normal((len(ids), DIM)).astype(np.float32)
    return [
        {
            "id": i,
            "v": vector,
            "text": TEXTS[i % len(TEXTS)],
            "year": None if i % 7 == 0 else year,
            "tags": [f"t{i % 3}"],
            "place": None if i % 5 == 0 else PLACES[i % len(PLACES)],
            "extra": i * 2,
        }
        for i, vector in zip(ids, vectors, strict=True)
    ]


def films(client: pymilvus.MilvusClient, name: str) -> None:
    """Rows that were sealed, replaced and deleted, and rows that grow, in two partitions."""
    client.create_collection(
        name, schema=schema_of_everything(), index_params=indexes(client), properties={"collection.ttl.seconds": 86400}
    )
    client.create_partition(name, "old")
    client.insert(name, rows(range(ROWS), 2000))
    client.insert(name, rows(range(100, 110), 1900), partition_name="old")
    client.flush(name)
    client.upsert(name, rows(range(10), 2020))
    client.delete(name, ids=[20, 21, 100])
    client.insert(name, rows(range(200, 205), 2030))


QUESTIONS: dict[str, dict[str, Any]] = {
    "all": {"filter": "id >= 0"},
    "scalar index": {"filter": "year > 2005"},
    "null": {"filter": "year is null"},
    "array": {"filter": "array_contains(tags, 't1')"},
    "dynamic": {"filter": "extra < 30"},
    "text": {"filter": "text_match(text, 'fox')"},
    "geometry": {"filter": "st_within(place, 'POLYGON ((0 0, 3 0, 3 3, 0 3, 0 0))')"},
    "partition": {"filter": "id >= 0", "partition_names": ["old"]},
}


def answers(client: pymilvus.MilvusClient, name: str) -> dict[str, Any]:
    """What the collection says to every question, in an order that is always the same."""
    found: dict[str, Any] = {}
    for label, question in QUESTIONS.items():
        fields = ["id", "v", "text", "year", "tags", "place", "extra"]
        hits = client.query(name, output_fields=fields, limit=1000, **question)
        found[label] = sorted(str(dict(hit)) for hit in hits)
    vectors = [row["v"] for row in rows(range(3), 0)]
    exact = client.search(name, vectors, anns_field="v", limit=10, search_params={"params": {"ef": 200}})
    worded = client.search(name, ["red fox"], anns_field="words", limit=5)
    found["nearest"] = [[(hit["id"], hit["distance"]) for hit in hits] for hits in exact]
    found["relevant"] = [[(hit["id"], round(hit["distance"], 5)) for hit in hits] for hits in worded]
    found["count"] = client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"]
    return found


def restored(client: pymilvus.MilvusClient, snapshot: str, source: str, target: str) -> Any:
    """The state of the job when it is over."""
    job_id = client.restore_snapshot(snapshot, source, target)
    deadline = time.monotonic() + 30
    while (job := client.get_restore_snapshot_state(job_id)).progress < 100:
        assert job.state in ("RestoreSnapshotPending", "RestoreSnapshotExecuting"), job
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return job


@pytest.fixture
def name(client: pymilvus.MilvusClient, request: pytest.FixtureRequest) -> Any:
    """A collection of that name goes after the test, and so does what was restored from it."""
    name = "films"
    yield name
    for one in client.list_collections():
        client.drop_collection(one)


def test_a_restored_collection_answers_every_question_as_it_was(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    before, described = answers(client, name), client.describe_collection(name)
    assert before["count"] == ROWS + 10 - 3 + 5
    assert all(before[label] for label in QUESTIONS)
    client.create_snapshot("monday", name, description="before the change")
    client.delete(name, filter="id < 50")
    client.upsert(name, rows(range(55, 80), 2040))
    job = restored(client, "monday", name, "films_monday")
    assert (job.snapshot_name, job.collection_name, job.db_name) == ("monday", "films_monday", "default")
    assert (job.state, job.progress, job.reason) == ("RestoreSnapshotCompleted", 100, "")
    assert abs(job.start_time / 1000 - time.time()) < 60
    client.load_collection("films_monday")
    assert answers(client, "films_monday") == before
    again = client.describe_collection("films_monday")
    for same in ("fields", "functions", "properties", "num_partitions", "enable_dynamic_field", "consistency_level"):
        assert again[same] == described[same], same
    assert sorted(client.list_partitions("films_monday")) == sorted(client.list_partitions(name))
    assert sorted(client.list_indexes("films_monday")) == sorted(client.list_indexes(name))
    assert answers(client, name) != before


def test_what_is_told_of_snapshots(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    client.create_snapshot("monday", name, description="before the change", compaction_protection_seconds=60)
    client.create_snapshot("tuesday", name)
    assert client.list_snapshots(name) == client.list_snapshots() == ["monday", "tuesday"]
    info = client.describe_snapshot("monday", name)
    assert (info.name, info.description, info.collection_name) == ("monday", "before the change", name)
    assert sorted(info.partition_names) == ["_default", "old"]
    assert abs(info.create_ts / 1000 - time.time()) < 60
    assert info.s3_location
    client.drop_snapshot("monday", name)
    client.drop_snapshot("monday", name)
    assert client.list_snapshots(name) == ["tuesday"]
    client.drop_collection(name)
    assert client.list_snapshots() == []


def test_a_pinned_snapshot_stays(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    client.create_snapshot("monday", name)
    pin = client.pin_snapshot_data("monday", name, ttl_seconds=600)
    with pytest.raises(MilvusException, match="active pins exist") as refused:
        client.drop_snapshot("monday", name)
    assert refused.value.code == 2601
    client.unpin_snapshot_data(pin)
    client.drop_snapshot("monday", name)
    assert client.list_snapshots(name) == []


def test_jobs_are_listed_by_what_they_make(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    client.create_snapshot("monday", name)
    job = restored(client, "monday", name, "films_of_jobs")
    assert [one.job_id for one in client.list_restore_snapshot_jobs("films_of_jobs")] == [job.job_id]
    assert job.job_id in [one.job_id for one in client.list_restore_snapshot_jobs()]
    assert client.list_restore_snapshot_jobs("nothing_made_so") == []


def test_into_another_database(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    before = answers(client, name)
    client.create_snapshot("monday", name)
    client.create_database("archive")
    job_id = client.restore_snapshot("monday", name, name, target_db_name="archive")
    while (job := client.get_restore_snapshot_state(job_id)).progress < 100:
        assert job.state != "RestoreSnapshotFailed", job.reason
        time.sleep(0.01)
    assert job.db_name == "archive"
    client.use_database("archive")
    client.load_collection(name)
    assert answers(client, name) == before
    client.drop_collection(name)
    client.use_database("default")
    client.drop_database("archive")


BAD: dict[str, tuple[int, str, Any]] = {
    "blank name": (1100, "snapshot name should be not empty", lambda c: c.create_snapshot(" ", "films")),
    "strange name": (1100, "Snapshot name can only contain", lambda c: c.create_snapshot("a b", "films")),
    "same name": (1100, "snapshot name monday already exists", lambda c: c.create_snapshot("monday", "films")),
    "no collection": (100, "collection not found", lambda c: c.create_snapshot("x", "nothing")),
    "protected too long": (
        1100,
        "must not exceed 604800",
        lambda c: c.create_snapshot("x", "films", compaction_protection_seconds=10**7),
    ),
    "describe what is not there": (2600, "snapshot not found", lambda c: c.describe_snapshot("x", "films")),
    "pin what is not there": (2600, "snapshot not found", lambda c: c.pin_snapshot_data("x", "films")),
    "pin too long": (1100, "must not exceed 2592000", lambda c: c.pin_snapshot_data("monday", "films", "", 10**7)),
    "restore what is not there": (2600, "snapshot not found", lambda c: c.restore_snapshot("x", "films", "y")),
    "restore over a collection": (
        65535,
        "duplicate collection",
        lambda c: c.restore_snapshot("monday", "films", "films"),
    ),
    "restore to a strange name": (
        1100,
        "Invalid collection name",
        lambda c: c.restore_snapshot("monday", "films", "1 2"),
    ),
    "restore to no database": (
        800,
        "database not found",
        lambda c: c.restore_snapshot("monday", "films", "y", target_db_name="none"),
    ),
    "a job that is none": (2100, "restore job not found", lambda c: c.get_restore_snapshot_state(999_999_999)),
}


def test_what_is_refused(client: pymilvus.MilvusClient, name: str) -> None:
    films(client, name)
    client.create_snapshot("monday", name)
    for label, (code, text, call) in BAD.items():
        with pytest.raises(MilvusException, match=text) as refused:
            call(client)
        assert refused.value.code == code, label
    assert client.list_snapshots(name) == ["monday"]
    assert client.list_collections() == [name]
