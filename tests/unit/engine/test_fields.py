"""Fields that come and go: what old rows say, in every place a row can be, at every moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.engine.segments import bulk, merge, seal
from elanus.errors import FieldNotFound, SchemaMismatch
from elanus.index.partial import PartialIndex
from elanus.schema.arrow import filled
from elanus.schema.collection import CollectionSchema, dynamic_field
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.search import query, search
from elanus.search.requests import QuerySpec, SearchSpec
from elanus.segment.view import View
from unit.engine.samples import (
    HNSW,
    QUIET,
    SCHEMA,
    SLOW,
    WIDE,
    compacted,
    contents,
    created,
    declare,
    eventually,
    files,
    opened,
    rows,
    running,
    sealed,
    serving,
    unowned,
)

RANK = Field(0, "rank", DataType.INT64, nullable=True, default=7)
NOTE = Field(0, "note", DataType.VARCHAR, max_length=20, nullable=True)
OTHER = Field(0, "w", DataType.FLOAT_VECTOR, dim=2, nullable=True)


def column(view: View, name: str) -> dict[int, Any]:
    """id -> value of every live row."""
    found = query(view, QuerySpec(filter="id >= 0", output_fields=("id", name))).columns
    return dict(zip(found["id"].to_pylist(), found[name].to_pylist(), strict=True))


def with_values(batch: pa.RecordBatch, schema: CollectionSchema, **values: list[Any]) -> pa.RecordBatch:
    """The rows with values for added fields."""
    whole = filled(batch, schema, 0)
    for name, given in values.items():
        place = whole.schema.get_field_index(name)
        whole = whole.set_column(place, whole.schema.field(place), pa.array(given, whole.schema.field(place).type))
    return whole


def insert(collection: Collection, ids: range, **values: list[Any]) -> None:
    collection.insert(with_values(rows(ids), collection.schema, **values))


def stored_columns(collection: Collection) -> list[list[str]]:
    return [segment.blocks[0].batch.schema.names for segment in collection.view.segments]


def places() -> dict[str, Callable[[Engine], Collection]]:
    """Rows 0..29 wherever a row can be."""

    def growing(engine: Engine) -> Collection:
        collection = created(engine)
        collection.insert(rows(range(30)))
        return collection

    return {"growing": growing, "sealed": lambda engine: sealed(engine, 30)}


@pytest.mark.parametrize("place", places())
def test_old_rows_hold_the_default_or_null(engine: Engine, place: str) -> None:
    collection = places()[place](engine)
    for field in (RANK, NOTE, OTHER):
        collection.fields.add(field)
    insert(collection, range(30, 32), rank=[1, None], note=["a", None], w=[[1.0, 2.0], None])
    expected = dict.fromkeys(range(30), 7) | {30: 1, 31: None}
    assert column(collection.view, "rank") == expected
    assert column(collection.view, "note") == dict.fromkeys(range(30)) | {30: "a", 31: None}
    assert column(collection.view, "w") == dict.fromkeys(range(30)) | {30: [1.0, 2.0], 31: None}
    assert query(collection.view, QuerySpec(filter="rank == 7", output_fields=("count(*)",))).count == 30
    assert query(collection.view, QuerySpec(filter="note is null", output_fields=("count(*)",))).count == 31


@pytest.mark.parametrize("place", places())
def test_reopened_rows_are_the_same(engine: Engine, path: Path, place: str) -> None:
    collection = places()[place](engine)
    collection.fields.add(RANK)
    insert(collection, range(30, 32), rank=[1, 2])
    collection.fields.add(NOTE)
    insert(collection, range(32, 33), rank=[3], note=["n"])
    before = {name: column(collection.view, name) for name in ("rank", "note", "n")}
    engine.close()
    engine = opened(path)
    try:
        again = engine.collection("", "films")
        assert {name: column(again.view, name) for name in before} == before
        again.flush()
        assert {name: column(again.view, name) for name in before} == before
    finally:
        engine.close()


def test_a_merge_writes_a_field_that_some_rows_store(engine: Engine) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(RANK)
    collection.fields.add(NOTE)
    insert(collection, range(30, 60), rank=list(range(30)))
    collection.flush()
    before = column(collection.view, "rank")
    assert compacted(collection) == 1
    assert stored_columns(collection) == [["id", "v", "n", "rank", "note", "$ts"]]
    assert column(collection.view, "rank") == before
    assert set(column(collection.view, "note").values()) == {None}


def test_a_merge_leaves_out_a_field_that_no_row_stores(engine: Engine) -> None:
    collection = sealed(engine, 30)
    insert(collection, range(30, 60))
    collection.flush()
    collection.fields.add(OTHER)
    assert compacted(collection) == 1
    assert stored_columns(collection) == [["id", "v", "n", "$ts"]]
    assert set(column(collection.view, "w").values()) == {None}


@pytest.mark.parametrize("place", places())
def test_a_dropped_field_is_gone_and_its_name_free(engine: Engine, path: Path, place: str) -> None:
    collection = places()[place](engine)
    collection.fields.drop("n")
    assert "n" not in collection.schema.by_name
    with pytest.raises(Exception, match="field n not exist"):
        column(collection.view, "n")
    collection.fields.add(replace(NOTE, name="n"))
    assert collection.schema.field("n").id == 103
    assert set(column(collection.view, "n").values()) == {None}
    insert(collection, range(30, 31), n=["text"])
    collection.flush()
    engine.close()
    engine = opened(path)
    try:
        again = engine.collection("", "films")
        assert column(again.view, "n") == dict.fromkeys(range(30)) | {30: "text"}
        again.flush()
        compacted(again)
        assert column(again.view, "n") == dict.fromkeys(range(30)) | {30: "text"}
    finally:
        engine.close()


def test_ids_are_never_given_again(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.fields.add(RANK)
    collection.fields.drop("rank")
    engine.close()
    engine = opened(path)
    try:
        again = engine.collection("", "films")
        again.fields.add(RANK)
        assert again.schema.field("rank").id == 104
    finally:
        engine.close()


def test_an_unknown_field_cannot_be_dropped(engine: Engine) -> None:
    with pytest.raises(FieldNotFound):
        created(engine).fields.drop("nothing")


def test_the_dynamic_field_stays_the_last(engine: Engine) -> None:
    schema = replace(SCHEMA, fields=(*SCHEMA.fields, dynamic_field(103)))
    collection = engine.create_collection("", NewCollection(schema))
    collection.fields.add(RANK)
    assert [field.name for field in collection.schema.fields] == ["id", "v", "n", "rank", "$meta"]
    assert collection.schema.field("rank").id == 104


def test_a_dynamic_field_that_comes_later_is_empty(engine: Engine) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(dynamic_field(0))
    assert set(column(collection.view, "$meta").values()) == {b"{}"}


def test_a_pinned_view_reads_what_it_read(engine: Engine) -> None:
    collection = sealed(engine, 30)
    collection.insert(rows(range(30, 40), n=3))
    pinned = collection.view
    before = contents(pinned)
    collection.fields.drop("n")
    collection.fields.add(replace(NOTE, name="n"))
    assert contents(pinned) == before


def test_keys_and_lengths_are_not_computed_again(engine: Engine) -> None:
    collection = sealed(engine, 30)
    [segment] = collection.view.segments
    lengths = segment.blocks[0].squared_norms("v")
    collection.fields.add(RANK)
    assert collection.view.segments[0].blocks[0].squared_norms("v") is lengths


@pytest.mark.parametrize("kind", ["HNSW", "IVF_FLAT"])
def test_an_index_on_an_added_vector_field(engine: Engine, kind: str) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(OTHER)
    points = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)
    insert(collection, range(30, 60), w=points.tolist())
    collection.flush()
    params = {"index_type": kind, "metric_type": "L2"}
    declare(collection, params | ({"nlist": "2"} if kind == "IVF_FLAT" else {}), "w", "w")
    status = collection.indexes.wait("w", 60)
    assert (status.pending_rows, status.indexed_rows) == (0, 60)
    assert serving(collection) == [kind, kind]
    spec = SearchSpec(field="w", k=3, params={"nprobe": 2} if kind == "IVF_FLAT" else {})
    nearest = np.argsort(((points - points[4]) ** 2).sum(axis=1))[:3] + 30
    assert list(search(collection.view, spec, points[4:5]).ids) == nearest.tolist()
    compacted(collection)
    assert serving(collection) == [kind]
    assert list(search(collection.view, spec, points[4:5]).ids) == nearest.tolist()


def test_an_index_over_rows_that_came_after_their_field_copies_nothing(engine: Engine) -> None:
    """Older rows come first in a merged segment, so those that have a vector follow one another."""
    collection = sealed(engine, 30)
    collection.fields.add(OTHER)
    insert(collection, range(30, 60), w=np.ones((30, 2)).tolist())
    collection.flush()
    compacted(collection)
    declare(collection, HNSW, "w", "w")
    collection.indexes.wait("w", 60)
    [segment] = collection.view.segments
    index = segment.indexes[collection.schema.field("w").id].index
    assert isinstance(index, PartialIndex)
    assert index.copied_bytes == 0
    insert(collection, range(60, 90), w=[None, [1.0, 2.0]] * 15)
    collection.flush()
    collection.indexes.wait("w", 60)
    index = collection.view.segments[1].indexes[collection.schema.field("w").id].index
    assert isinstance(index, PartialIndex)
    assert index.copied_bytes == 15 * 2 * 4


@pytest.mark.parametrize("kind", ["INVERTED", "STL_SORT", "BITMAP"])
def test_a_scalar_index_over_rows_older_than_its_field(engine: Engine, kind: str) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(RANK)
    declare(collection, {"index_type": kind}, "rank", "rank")
    assert collection.indexes.wait("rank", 60).pending_rows == 0
    [segment] = collection.view.segments
    assert [serving.spec.type for serving in segment.scalars.values()] == [kind]
    assert query(collection.view, QuerySpec(filter="rank == 7", output_fields=("count(*)",))).count == 30
    assert query(collection.view, QuerySpec(filter="rank > 7", output_fields=("count(*)",))).count == 0


@pytest.mark.parametrize(
    ("field", "params"),
    [
        (NOTE, {"index_type": "TRIE"}),
        (NOTE, {"index_type": "INVERTED"}),
        (NOTE, {"index_type": "NGRAM", "min_gram": "2", "max_gram": "3"}),
        (NOTE, {"index_type": "FMINDEX"}),
        (replace(NOTE, name="place", type=DataType.GEOMETRY, max_length=0), {"index_type": "RTREE"}),
        (replace(RANK, name="flag", type=DataType.BOOL, default=None), {"index_type": "BITMAP"}),
    ],
    ids=lambda value: value["index_type"] if isinstance(value, dict) else value.name,
)
def test_a_scalar_index_over_nothing_but_null(engine: Engine, field: Field, params: dict[str, str]) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(field)
    declare(collection, params, field.name, field.name)
    assert collection.indexes.wait(field.name, 60).pending_rows == 0
    [segment] = collection.view.segments
    assert [serving.spec.type for serving in segment.scalars.values()] == [params["index_type"]]
    found = query(collection.view, QuerySpec(filter=f"{field.name} is null", output_fields=("count(*)",)))
    assert found.count == 30


def test_indexes_go_with_their_field(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 30)
    collection.fields.add(OTHER)
    declare(collection, HNSW, "w", "w")
    declare(collection, HNSW)
    declare(collection, {"index_type": "INVERTED"}, "n", "n")
    for name in ("v", "w", "n"):
        collection.indexes.wait(name, 60)
    collection.fields.drop("n")
    collection.fields.drop("v")
    assert [index.name for index in collection.indexes.statuses()] == ["w"]
    assert len([name for name in files(engine) if name.endswith(".idx")]) == 1
    engine.close()
    engine = opened(path)
    try:
        assert [index.name for index in engine.collection("", "films").indexes.statuses()] == ["w"]
    finally:
        engine.close()


def test_a_build_that_is_under_way_ends_with_its_field(engine: Engine, path: Path) -> None:
    collection = sealed(engine, 4000, WIDE)
    declare(collection, SLOW)
    running(collection)
    collection.fields.drop("v")
    eventually(lambda: not [name for name in files(engine) if "index-" in name])
    assert collection.indexes.statuses() == []
    engine.close()
    engine = opened(path)
    try:
        assert engine.collection("", "films").indexes.statuses() == []
        assert unowned(engine) == []
    finally:
        engine.close()


def test_rows_of_an_old_schema_are_refused(engine: Engine) -> None:
    collection = created(engine)
    old = rows(range(3))
    collection.fields.add(RANK)
    with pytest.raises(SchemaMismatch, match="collection schema mismatch"):
        collection.insert(old)
    with pytest.raises(SchemaMismatch):
        collection.upsert(old)
    assert contents(collection.view) == {}


def test_a_large_insert_of_an_old_schema_is_refused(path: Path) -> None:
    engine = opened(path, replace(QUIET, import_bytes=100))
    try:
        collection = created(engine)
        old = rows(range(50))
        collection.fields.drop("n")
        with pytest.raises(SchemaMismatch):
            collection.insert(old)
        assert not [name for name in files(engine) if name.startswith("segments")]
    finally:
        engine.close()


def changed_during(monkeypatch: pytest.MonkeyPatch, module: Any, step: str, change: Callable[[], None]) -> None:
    """The schema changes right after a step of this module, once."""
    original, pending = getattr(module, step), [change]

    def stepped(*given: Any) -> Any:
        result = original(*given)
        if pending:
            pending.pop()()
        return result

    monkeypatch.setattr(module, step, stepped)


def swap_fields(collection: Collection) -> None:
    collection.fields.drop("n")
    collection.fields.add(replace(NOTE, name="n"))
    collection.fields.add(RANK)


def test_the_schema_changes_while_rows_are_sealed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = created(engine)
    collection.insert(rows(range(30)))
    changed_during(monkeypatch, seal, "write_sealed", lambda: swap_fields(collection))
    collection.flush()
    assert set(column(collection.view, "n").values()) == {None}
    assert set(column(collection.view, "rank").values()) == {7}


def test_the_schema_changes_while_segments_are_merged(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = sealed(engine, 30)
    insert(collection, range(30, 60))
    collection.flush()
    declare(collection)
    collection.indexes.wait("v", 60)
    changed_during(monkeypatch, merge, "write_sealed", lambda: swap_fields(collection))
    assert compacted(collection) == 1
    assert set(column(collection.view, "n").values()) == {None}
    assert set(column(collection.view, "rank").values()) == {7}
    assert serving(collection) == ["HNSW"]


def test_a_field_is_added_and_indexed_while_segments_are_merged(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = sealed(engine, 30)
    insert(collection, range(30, 60))
    collection.flush()

    def index_new_field() -> None:
        collection.fields.add(OTHER)
        declare(collection, HNSW, "w", "w")

    changed_during(monkeypatch, merge, "write_sealed", index_new_field)
    assert compacted(collection) == 1
    assert collection.indexes.wait("w", 60).pending_rows == 0
    assert serving(collection) == ["HNSW"]


def test_the_schema_changes_while_rows_are_imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = opened(path, replace(QUIET, import_bytes=100))
    try:
        collection = created(engine)
        changed_during(monkeypatch, bulk, "write_sealed", lambda: collection.fields.add(RANK))
        with pytest.raises(SchemaMismatch):
            collection.insert(rows(range(50)))
        assert not [name for name in files(engine) if name.startswith("segments")]
        assert contents(collection.view) == {}
    finally:
        engine.close()


def test_what_is_to_be_loaded_forgets_the_field(engine: Engine) -> None:
    collection = created(engine)
    collection.load(fields=("id", "v", "n"))
    collection.fields.drop("n")
    assert collection.record.load_state.load_fields == ("id", "v")
