"""Scalar indexes in the life of a collection: built per segment, kept, repaired, switched, merged, dropped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest, IndexState
from elanus.errors import ParameterInvalid, Rejected
from elanus.filter import compile_filter
from elanus.filter.field_index import Place
from elanus.search.query import query
from elanus.search.requests import QuerySpec
from unit.engine.samples import compacted, contents, created, keys, opened, rows, unowned

SORTED = {"index_type": "STL_SORT"}
INVERTED = {"index_type": "INVERTED"}
N = Place("n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = opened(path)
    yield engine
    engine.close()


def sealed(engine: Engine, segments: int = 1) -> Collection:
    """60 rows a segment, ``n`` = id modulo 60."""
    collection = created(engine)
    for number in range(segments):
        ids = range(60 * number, 60 * number + 60)
        collection.insert(rows(ids, [i % 60 for i in ids]))
        collection.flush()
    return collection


def declared(collection: Collection, params: dict[str, str] = SORTED, name: str = "n") -> None:
    collection.indexes.definitions.create(IndexRequest("n", name, params))
    collection.indexes.wait(name, 60)


def found(collection: Collection, text: str) -> list[int]:
    ids = query(collection.view, QuerySpec(filter=text, output_fields=("id",))).columns["id"]
    return sorted(ids.to_pylist())


def serving(collection: Collection) -> list[str]:
    """Types over ``n``, by segment."""
    segments = (s for s in collection.view.segments if not s.is_growing)
    return [s.scalars[N].spec.type if N in s.scalars else "" for s in segments]


def uses(collection: Collection, name: str = "n") -> int:
    [index] = collection.indexes.statuses(name)
    return index.uses


def test_each_sealed_segment_gets_one_and_filters_use_it(engine: Engine) -> None:
    collection = sealed(engine, segments=2)
    declared(collection)
    assert serving(collection) == ["STL_SORT", "STL_SORT"]
    [index] = collection.indexes.statuses("n")
    assert (index.state, index.indexed_rows, index.pending_rows) == (IndexState.FINISHED, 120, 0)
    assert (index.field, index.over, index.uses) == ("n", "n", 0)
    assert index.file_bytes > 0
    assert found(collection, "n == 7") == [7, 67]
    assert uses(collection) == 2
    collection.insert(rows([500], 7))
    assert found(collection, "n == 7 ") == [7, 67, 500]


def test_it_is_there_again_after_a_restart(engine: Engine, path: Path) -> None:
    declared(sealed(engine))
    engine.close()
    again = opened(path)
    collection = again.collection("", "films")
    assert serving(collection) == ["STL_SORT"]
    assert found(collection, "n == 7") == [7]
    assert uses(collection) == 1
    assert unowned(again) == []
    again.close()


@pytest.mark.parametrize("damage", ["byte", "cut", "missing"])
def test_a_damaged_file_is_built_again(engine: Engine, path: Path, damage: str) -> None:
    declared(sealed(engine))
    engine.close()
    [file] = (path / "segments").rglob("*.idx")
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 1
    file.unlink()
    if damage != "missing":
        file.write_bytes(data if damage == "byte" else data[:-10])
    again = opened(path)
    collection = again.collection("", "films")
    assert found(collection, "n == 7") == [7]
    assert collection.indexes.wait("n", 60).indexed_rows == 60
    assert serving(collection) == ["STL_SORT"]
    again.close()


def test_release_closes_and_load_opens(engine: Engine) -> None:
    collection = sealed(engine)
    declared(collection)
    collection.release()
    assert serving(collection) == [""]
    collection.load()
    assert serving(collection) == ["STL_SORT"]


def test_a_merged_segment_has_it_from_the_start(engine: Engine) -> None:
    collection = sealed(engine, segments=2)
    declared(collection)
    collection.delete_keys(keys([7]))
    assert compacted(collection) == 1
    assert serving(collection) == ["STL_SORT"]
    assert found(collection, "n == 7") == [67]
    assert unowned(engine) == []


def test_a_switch_serves_without_a_gap(engine: Engine) -> None:
    collection = sealed(engine)
    declared(collection)
    collection.indexes.definitions.switch("n", INVERTED)
    collection.indexes.wait("n", 60)
    assert serving(collection) == ["INVERTED"]
    assert found(collection, "n == 7") == [7]
    assert unowned(engine) == []


def test_filters_go_on_while_it_is_built_and_dropped(engine: Engine) -> None:
    collection = sealed(engine, segments=3)
    expected, wrong, over = found(collection, "n == 7"), [], threading.Event()

    def ask() -> None:
        number = 0
        while not over.is_set():
            number += 1
            if found(collection, f"n == 7 and id < {1000 + number}") != expected:
                wrong.append(number)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(5):
        declared(collection)
        collection.indexes.definitions.drop("n")
    over.set()
    asking.join()
    assert wrong == []
    assert serving(collection) == ["", "", ""]
    assert unowned(engine) == []


def test_a_small_segment_needs_none(engine: Engine) -> None:
    collection = created(engine)
    collection.insert(rows(range(10)))
    collection.flush()
    declared(collection)
    assert serving(collection) == [""]
    assert collection.indexes.statuses("n")[0].state is IndexState.FINISHED


def test_a_second_one_on_the_field_is_refused_and_leaves_no_trace(engine: Engine) -> None:
    collection = sealed(engine)
    declared(collection)
    with pytest.raises(Rejected, match="at most one distinct index"):
        declared(collection, INVERTED)
    with pytest.raises(Rejected, match="multiple indexes on same field"):
        declared(collection, INVERTED, name="other")
    with pytest.raises(ParameterInvalid, match="TRIE"):
        collection.indexes.definitions.create(IndexRequest("n", "third", {"index_type": "TRIE"}))
    assert [index.name for index in collection.indexes.statuses()] == ["n"]
    assert len(contents(collection.view)) == 60


def test_a_delete_by_filter_uses_it(engine: Engine) -> None:
    collection = sealed(engine)
    declared(collection)
    collection.delete_where(compile_filter("n == 7", collection.schema))
    assert uses(collection) == 1
    assert len(contents(collection.view)) == 59
