from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, LoadState, NewCollection
from elanus.errors import (
    AliasExists,
    AliasNameConflict,
    AliasNotFound,
    CollectionNotFound,
    DatabaseNotFound,
    DataCorrupted,
    DirectoryInUse,
    Error,
    Rejected,
)  # fmt: skip
from elanus.storage.catalog import Change
from unit.engine.samples import BY_KEY, HNSW, SCHEMA, contents, created, files, opened, rows


def named(engine: Engine, name: str, database: str = "") -> Collection:
    return engine.create_collection(database, NewCollection(replace(SCHEMA, name=name)))


def test_databases(engine: Engine, path: Path) -> None:
    engine.create_database("other", {"a": "1"})
    engine.alter_database("other", {"b": "2"}, ["a"])
    named(engine, "films", "other")
    named(engine, "films")
    engine.close()
    again = opened(path)
    assert {r.name: dict(r.properties) for r in again.databases()} == {"default": {}, "other": {"b": "2"}}
    assert again.collection("other", "films").id != again.collection("", "films").id
    assert again.collection("default", "films") is again.collection("", "films")
    with pytest.raises(Rejected, match="not empty"):
        again.drop_database("other")
    again.drop_collection("other", "films")
    again.drop_database("other")
    again.drop_database("other")
    with pytest.raises(DatabaseNotFound):
        again.collections("other")
    again.close()


REFUSED: list[tuple[type[Error], str, Callable[[Engine], object]]] = [
    (Rejected, "already exist", lambda e: e.create_database("default", {})),
    (Rejected, "default database", lambda e: e.drop_database("default")),
    (DatabaseNotFound, "no", lambda e: e.alter_database("no", {})),
    (DatabaseNotFound, "no", lambda e: e.create_collection("no", NewCollection(SCHEMA))),
    (CollectionNotFound, "nothing", lambda e: e.collection("", "nothing")),
    (DatabaseNotFound, "no", lambda e: e.collection("no", "films")),
    (Rejected, "duplicate collection", lambda e: e.create_collection("", NewCollection(SCHEMA, properties={"x": "1"}))),
    (Rejected, "duplicate collection", lambda e: e.create_collection("", NewCollection(SCHEMA, num_partitions=3))),
    (Rejected, "alias", lambda e: named(e, "alias")),
    (Rejected, "via alias", lambda e: e.drop_collection("", "alias")),
    (Rejected, "associated aliases", lambda e: e.drop_collection("", "films")),
    (Rejected, "use an alias", lambda e: e.rename_collection("", "alias", "", "new")),
    (Rejected, "duplicated new", lambda e: e.rename_collection("", "films", "", "books")),
    (Rejected, "duplicated new", lambda e: e.rename_collection("", "films", "", "alias")),
    (CollectionNotFound, "nothing", lambda e: e.rename_collection("", "nothing", "", "new")),
    (Rejected, "drop all aliases", lambda e: e.rename_collection("", "films", "other", "films")),
    (AliasExists, "another collection", lambda e: e.create_alias("", "alias", "books")),
    (AliasNameConflict, "conflict", lambda e: e.create_alias("", "books", "films")),
    (CollectionNotFound, "nothing", lambda e: e.create_alias("", "a", "nothing")),
    (AliasNotFound, "nothing", lambda e: e.alter_alias("", "nothing", "films")),
    (AliasNotFound, "nothing", lambda e: e.alias_target("", "nothing")),
]


@pytest.mark.parametrize(("kind", "text", "call"), REFUSED)
def test_refusals(engine: Engine, kind: type[Error], text: str, call: Callable[[Engine], object]) -> None:
    created(engine)
    named(engine, "books")
    engine.create_database("other", {})
    engine.create_alias("", "alias", "films")
    before = (engine.databases(), engine.collections(""), engine.aliases(""))
    with pytest.raises(kind, match=text):
        call(engine)
    assert (engine.databases(), engine.collections(""), engine.aliases("")) == before


def test_the_same_collection_again_is_the_same(engine: Engine) -> None:
    assert named(engine, "films") is named(engine, "films")


def test_a_partition_key_makes_its_partitions(engine: Engine) -> None:
    assert list(created(engine, BY_KEY, num_partitions=3).partitions) == ["_default_0", "_default_1", "_default_2"]


def test_aliases(engine: Engine, path: Path) -> None:
    films, books = named(engine, "films"), named(engine, "books")
    engine.create_alias("", "a", "films")
    engine.create_alias("", "a", "films")
    engine.create_alias("", "b", "films")
    engine.alter_alias("", "b", "books")
    assert (engine.collection("", "a"), engine.collection("", "b")) == (films, books)
    assert (films.aliases, books.aliases) == (("a",), ("b",))
    engine.close()
    again = opened(path)
    assert sorted(again.aliases("")) == [("a", "films"), ("b", "books")]
    assert again.aliases("", "books") == [("b", "books")]
    assert again.alias_target("", "a") == "films"
    again.drop_alias("", "a")
    again.drop_alias("", "a")
    again.drop_collection("", "films")
    with pytest.raises(CollectionNotFound):
        again.collection("", "a")
    again.close()


def test_rename_keeps_rows_and_aliases(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows([1]))
    engine.create_alias("", "a", "films")
    engine.rename_collection("", "films", "", "movies")
    assert engine.collection("", "a") is engine.collection("", "movies") is collection
    assert (collection.name, collection.schema.name, collection.view.schema.name) == ("movies",) * 3
    with pytest.raises(CollectionNotFound):
        engine.collection("", "films")
    engine.drop_alias("", "a")
    engine.create_database("other", {})
    engine.rename_collection("", "movies", "other", "movies")
    engine.close()
    again = opened(path)
    assert contents(again.collection("other", "movies").view).keys() == {1}
    assert again.collections("") == []
    again.close()


def test_drop_leaves_no_file_and_the_name_is_free(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows(range(30)))
    collection.flush()
    collection.insert(rows([99]))
    engine.drop_collection("", "films")
    engine.drop_collection("", "films")
    assert files(engine) == set()
    assert created(engine).row_count() == 0
    engine.close()
    again = opened(path)
    assert contents(again.collection("", "films").view) == {}
    again.close()


def test_a_second_owner_is_refused(engine: Engine, path: Path) -> None:
    with pytest.raises(DirectoryInUse):
        opened(path)
    engine.close()
    opened(path).close()


def test_an_open_that_fails_leaves_the_directory_free(engine: Engine, path: Path) -> None:
    collection = created(engine)
    collection.insert(rows(range(30)))
    collection.flush()
    engine.close()
    catalog = path / "catalog.sqlite"
    whole = catalog.read_bytes()
    catalog.write_bytes(b"x" * len(whole))
    with pytest.raises(DataCorrupted, match=r"catalog\.sqlite"):
        opened(path)
    catalog.write_bytes(whole)
    again = opened(path)
    assert again.collection("", "films").row_count() == 30
    again.close()


def test_timestamps_grow(engine: Engine, path: Path) -> None:
    given = [engine.allocate_timestamp() for _ in range(3)]
    engine.close()
    again = opened(path)
    given.append(again.allocate_timestamp())
    assert sorted(set(given)) == given
    again.close()


@pytest.fixture
def transactions(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows by one for every transaction on the catalog."""
    seen: list[None] = []
    catalog = engine.resources.catalog
    change = catalog.change

    def counted() -> AbstractContextManager[Change]:
        seen.append(None)
        return change()

    monkeypatch.setattr(catalog, "change", counted)
    return seen


def test_collection_is_made_with_its_indexes_and_loaded_at_once(
    engine: Engine, path: Path, transactions: list[None]
) -> None:
    indexes = (IndexRequest("v", "by_v", HNSW), IndexRequest("n", "by_n", {}))
    made = engine.create_collection("", NewCollection(SCHEMA, indexes=indexes, loaded=True))
    assert len(transactions) == 1
    assert made.load_state() is LoadState.LOADED
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert collection.load_state() is LoadState.LOADED
    assert {status.name for status in collection.indexes.statuses()} == {"by_v", "by_n"}
    again.close()


def test_collection_with_a_refused_index_is_not_made(engine: Engine, path: Path, transactions: list[None]) -> None:
    bad = IndexRequest("v", "by_v", {**HNSW, "M": "1"})
    with pytest.raises(Error, match="M"):
        engine.create_collection("", NewCollection(SCHEMA, indexes=(bad,), loaded=True))
    assert not transactions
    assert engine.collections("") == []
    engine.close()
    again = opened(path)
    assert again.collections("") == []
    again.close()
