"""Several indexes over one field: one serves, the others wait, and they change places in one view."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, IndexState
from elanus.errors import IndexNotFound, ParameterInvalid, Rejected
from elanus.storage.catalog.records import IndexState as Role
from unit.engine.samples import (
    IVF,
    SLOW,
    compacted,
    declare,
    eventually,
    files,
    indexed,
    opened,
    rows,
    running,
    sealed,
    serving,
    unowned,
)


def add(collection: Collection, name: str = "w", params: dict[str, str] = IVF, role: Role = "shadow") -> None:
    """With its builds done."""
    collection.indexes.roles.add(IndexRequest("v", name, params), role)
    collection.indexes.wait(name, 60)


def declared(collection: Collection) -> list[str]:
    return [spec.type for specs in collection.view.declared.values() for spec in specs]


def roles(collection: Collection) -> dict[str, str]:
    return {status.name: status.role for status in collection.indexes.every_status()}


@pytest.fixture
def collection(engine: Engine) -> Collection:
    """Two segments, served by HNSW, named v."""
    collection = sealed(engine)
    collection.insert(rows(range(100, 160)))
    collection.flush()
    indexed(collection)
    return collection


@pytest.mark.parametrize("role", ["shadow", "hidden"])
def test_an_added_index_is_built_and_not_used(collection: Collection, role: Role) -> None:
    add(collection, role=role)
    assert roles(collection) == {"v": "serving", "w": role}
    assert serving(collection) == ["HNSW", "HNSW"]
    assert declared(collection) == ["HNSW"]
    [added] = collection.indexes.every_status("w")
    assert (added.state, added.indexed_rows, added.file_bytes > 0) == (IndexState.FINISHED, 120, True)
    assert (added.resident_bytes > 0) == (role == "shadow")


def test_milvus_sees_one_index_and_no_word_of_the_others(collection: Collection) -> None:
    before = collection.indexes.statuses()
    add(collection)
    assert collection.indexes.statuses() == before
    assert collection.indexes.statuses("w") == []
    declare(collection)
    with pytest.raises(Rejected, match="creating multiple indexes on same field"):
        declare(collection, IVF, "x")


def test_promote_and_roll_back(collection: Collection, engine: Engine, path: Path) -> None:
    add(collection)
    collection.indexes.roles.promote("w")
    assert serving(collection) == ["IVF_FLAT", "IVF_FLAT"]
    assert roles(collection) == {"v": "former", "w": "serving"}
    [public] = collection.indexes.statuses("v")
    assert (public.name, public.type, public.properties) == ("v", "IVF_FLAT", {})
    engine.close()

    again = opened(path)
    collection = again.collection("", "films")
    assert serving(collection) == ["IVF_FLAT", "IVF_FLAT"]
    assert collection.indexes.roles.roll_back("w") == "v"
    assert serving(collection) == ["HNSW", "HNSW"]
    assert roles(collection) == {"v": "serving", "w": "former"}
    assert unowned(again) == []
    again.close()


def test_roll_back_is_one_step(collection: Collection) -> None:
    add(collection)
    add(collection, "x", {**IVF, "index_type": "IVF_SQ8"})
    collection.indexes.roles.promote("w")
    collection.indexes.roles.promote("x")
    assert roles(collection) == {"v": "shadow", "w": "former", "x": "serving"}
    assert collection.indexes.roles.roll_back("x") == "w"
    assert roles(collection) == {"v": "shadow", "w": "serving", "x": "former"}


def test_nothing_to_roll_back_to(collection: Collection) -> None:
    add(collection)
    with pytest.raises(Rejected, match="promote one of: v, w"):
        collection.indexes.roles.roll_back("v")


def test_no_reader_meets_a_bare_segment_while_roles_change(collection: Collection) -> None:
    add(collection, role="hidden")
    seen: set[tuple[str, ...]] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(tuple(serving(collection)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        collection.indexes.roles.promote("w")
        collection.indexes.roles.roll_back("w")
    stop.set()
    watcher.join()
    assert seen <= {("HNSW", "HNSW"), ("IVF_FLAT", "IVF_FLAT")}


def test_what_is_promoted_early_is_helped_by_the_former(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    indexed(collection, IVF)
    collection.indexes.roles.add(IndexRequest("v", "w", SLOW), "shadow")
    running(collection, "w")
    collection.indexes.roles.promote("w")
    assert serving(collection) == ["IVF_FLAT"]
    collection.indexes.definitions.drop("v")
    eventually(lambda: unowned(engine) == [])


def test_new_rows_and_merges_reach_every_index(collection: Collection) -> None:
    add(collection)
    collection.insert(rows(range(200, 260)))
    collection.flush()
    for name in ("v", "w"):
        assert collection.indexes.wait(name, 60).indexed_rows == 180
    assert compacted(collection) == 1
    assert [status.indexed_rows for status in collection.indexes.every_status()] == [180, 180]
    collection.indexes.roles.promote("w")
    assert serving(collection) == ["IVF_FLAT"]


def test_dropping_the_public_name_drops_all(collection: Collection, engine: Engine) -> None:
    add(collection)
    collection.indexes.roles.promote("w")
    collection.indexes.definitions.drop("v")
    assert (collection.indexes.every_status(), serving(collection)) == ([], ["", ""])
    assert not any(name.endswith(".idx") for name in files(engine))


def test_discarding_one_leaves_the_rest(collection: Collection, engine: Engine) -> None:
    add(collection)
    collection.indexes.roles.promote("w")
    collection.indexes.roles.discard("v")
    assert roles(collection) == {"w": "serving"}
    assert [(i.name, i.type) for i in collection.indexes.statuses("v")] == [("v", "IVF_FLAT")], "the public name stays"
    with pytest.raises(Rejected, match="index w serves"):
        collection.indexes.roles.discard("w")
    assert unowned(engine) == []


def test_a_hidden_index_takes_no_memory_and_a_shadow_does(collection: Collection) -> None:
    add(collection)
    collection.indexes.roles.change("w", "hidden")
    assert collection.indexes.every_status("w")[0].resident_bytes == 0
    collection.indexes.roles.promote("w")
    assert serving(collection) == ["IVF_FLAT", "IVF_FLAT"]
    with pytest.raises(Rejected, match="index w serves"):
        collection.indexes.roles.change("w", "hidden")


def test_a_switch_keeps_the_role(collection: Collection) -> None:
    add(collection)
    collection.indexes.definitions.switch("w", {"index_type": "IVF_SQ8", "nlist": "2"})
    collection.indexes.wait("w", 60)
    assert {i.name: (i.type, i.role) for i in collection.indexes.every_status()} == {
        "v": ("HNSW", "serving"),
        "w": ("IVF_SQ8", "shadow"),
    }
    assert serving(collection) == ["HNSW", "HNSW"]
    collection.indexes.definitions.switch("v", {"index_type": "IVF_FLAT", "nlist": "2"})
    collection.indexes.wait("v", 60)
    assert [(i.name, i.type) for i in collection.indexes.statuses()] == [("v", "IVF_FLAT")]


def test_no_promotion_while_a_switch_is_under_way(engine: Engine) -> None:
    collection = sealed(engine, 20000)
    indexed(collection, IVF)
    add(collection)
    collection.indexes.definitions.switch("v", SLOW)
    with pytest.raises(Rejected, match="index v is being switched"):
        collection.indexes.roles.promote("w")
    collection.indexes.definitions.drop("v")
    eventually(lambda: unowned(engine) == [])


def test_a_pause_concerns_one(collection: Collection) -> None:
    add(collection)
    collection.indexes.definitions.pause("w")
    collection.insert(rows(range(200, 260)))
    collection.flush()
    assert collection.indexes.wait("v", 60).indexed_rows == 180
    assert collection.indexes.every_status("w")[0].phase == "paused"


@pytest.mark.parametrize(
    ("field", "name", "params", "role", "error", "text"),
    [
        ("v", "v", IVF, "shadow", Rejected, "there is an index v already"),
        ("v", "w", {**IVF, "metric_type": "IP"}, "shadow", ParameterInvalid, "share their metric"),
        ("v", "w", IVF, "serving", ParameterInvalid, "added as one of hidden, shadow"),
        ("n", "w", {"index_type": "INVERTED"}, "shadow", Rejected, "field n has no index yet"),
    ],
)
def test_what_cannot_be_added(
    collection: Collection, field: str, name: str, params: dict[str, str], role: Role, error: type, text: str
) -> None:
    with pytest.raises(error, match=text):
        collection.indexes.roles.add(IndexRequest(field, name, params), role)
    assert roles(collection) == {"v": "serving"}


def test_what_is_not_there(collection: Collection) -> None:
    manage = collection.indexes.roles
    for act in (manage.promote, manage.roll_back, manage.discard, lambda name: manage.change(name, "hidden")):
        with pytest.raises(IndexNotFound):
            act("nothing")


def test_searches_are_counted_where_they_are_answered(collection: Collection) -> None:
    from elanus.search.requests import SearchSpec
    from elanus.search.run import search
    from elanus.segment.vectors import vectors_of

    query = vectors_of(rows([1]).column("v"))
    for _ in range(3):
        search(collection.view, SearchSpec(k=2), query)
    [status] = collection.indexes.statuses()
    assert status.uses + status.exact_instead == 6, "two segments each"
    assert status.build_seconds > 0
