"""Index files verified while they serve: what is damaged is given up, searched exactly, and built again."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.indexes.verifying import verified
from elanus.engine.requests import IndexRequest
from elanus.index.probe import Measured
from elanus.search.requests import SearchSpec
from elanus.search.run import search
from elanus.segment.vectors import vectors_of
from unit.engine.samples import eventually, indexed, rows, sealed, serving, unowned


@pytest.fixture
def collection(engine: Engine) -> Collection:
    collection = sealed(engine)
    indexed(collection)
    collection.indexes.definitions.create(IndexRequest("n", "n", {"index_type": "INVERTED"}))
    collection.indexes.wait("n", 60)
    return collection


def index_file(engine: Engine, collection: Collection, name: str) -> Path:
    definition = collection.indexes.definitions.named(name)
    [build] = [b for b in collection.indexes.builds.records.values() if b.index_id == definition.id]
    assert build.file is not None
    return engine.resources.layout.segment(collection.id, build.segment_id) / build.file.name


def flip(path: Path, at: int) -> None:
    """One bit becomes another. The open index maps the old file, so a new one takes its name."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    beside = path.with_suffix(".damaged")
    beside.write_bytes(data)
    beside.replace(path)


def test_whole_files_are_whole(collection: Collection) -> None:
    found = {one.index: one for one in verified(collection, "")}
    assert {name: one.problem for name, one in found.items()} == {"v": "", "n": ""}
    assert found["v"].recall == found["v"].built_recall, "the same queries over the same file"
    assert found["n"].recall is None
    assert [one.index for one in verified(collection, "n")] == ["n"]


@pytest.mark.parametrize("name", ["v", "n"])
@pytest.mark.parametrize("where", [0.0, 0.3, 0.6, 0.999])
def test_a_flipped_byte_is_found_and_the_index_is_built_again(
    engine: Engine, collection: Collection, name: str, where: float
) -> None:
    path = index_file(engine, collection, name)
    flip(path, int(where * (path.stat().st_size - 1)))
    found = {one.index: bool(one.problem) for one in verified(collection, "")}
    assert found == {"v": name == "v", "n": name == "n"}
    assert collection.indexes.wait(name, 60).pending_rows == 0
    assert [one.problem for one in verified(collection, "")] == ["", ""]
    assert unowned(engine) == []


def test_a_missing_file_is_a_damaged_one(engine: Engine, collection: Collection) -> None:
    index_file(engine, collection, "v").unlink()
    [found] = verified(collection, "v")
    assert found.problem
    collection.indexes.wait("v", 60)
    assert serving(collection) == ["HNSW"]


def test_searches_go_on_while_a_damaged_index_is_replaced(engine: Engine, collection: Collection) -> None:
    query = vectors_of(rows([1]).column("v"))
    expected = sorted(search(collection.view, SearchSpec(k=60), query).ids.tolist())
    wrong: list[object] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            found = sorted(search(collection.view, SearchSpec(k=60), query).ids.tolist())
            if found != expected:
                wrong.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    flip(index_file(engine, collection, "v"), 100)
    verified(collection, "v")
    collection.indexes.wait("v", 60)
    over.set()
    reader.join()
    assert wrong == []
    eventually(lambda: serving(collection) == ["HNSW"])


def test_a_file_that_answers_worse_than_it_was_measured_is_given_up(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elanus.engine.indexes import verifying

    worse = Measured(queries=100, recall=0.0, recall_low=0.0, recall_high=0.1, p50_us=1.0, p99_us=1.0)
    with monkeypatch.context() as patch:
        patch.setattr(verifying, "measure", lambda *_: worse)
        [found] = verified(collection, "v")
    assert "recall is 0.000, after the build it was at least" in found.problem
    collection.indexes.wait("v", 60)
    assert np.isclose(verified(collection, "v")[0].recall or 0, found.built_recall or 0, atol=0.2)
