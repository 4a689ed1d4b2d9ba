"""Damaged files: what is found at the open, what is set apart, what still works, and how it is given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest
from elanus.engine.segments.damaged import give_up_damaged
from elanus.engine.segments.merge import Merge
from elanus.errors import DataCorrupted
from unit.engine.samples import HNSW, SCHEMA, contents, created, eventually, indexed, keys, opened, rows, unowned

REFUSED = "segment .* of collection films is damaged, .*--drop-damaged"


def flip(file: Path, position: int = -200) -> None:
    """One byte of the file is another."""
    whole = bytearray(file.read_bytes())
    whole[position] ^= 0x55
    file.write_bytes(bytes(whole))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def one(path: Path, collection: Collection, segment: int, name: str) -> Path:
    """The file of this name of the collection's n-th sealed segment."""
    directory = path / "segments" / str(collection.id) / str(sorted(collection.sealed)[segment])
    [found] = directory.glob(name)
    return found


@pytest.fixture
def films(engine: Engine) -> Collection:
    """Two segments in ``_default`` (ids 0.. and 100..), one in ``p`` (200..), and a row in the log."""
    collection = created(engine)
    collection.create_partition("p")
    for first, partition in ((0, ""), (100, ""), (200, "p")):
        collection.insert(rows(range(first, first + 30), first), partition)
        collection.flush()
    collection.delete_keys(keys([0, 100, 200]))
    collection.insert(rows([1000]))
    collection.flush()
    collection.insert(rows([1001]))
    return collection


@pytest.mark.parametrize("name", ["data.arrow", "deletes-*"])
def test_one_damaged_segment_is_set_apart(engine: Engine, path: Path, films: Collection, name: str) -> None:
    before = contents(films.view)
    count = films.row_count()
    file = one(path, films, 0, name)
    created(engine, SCHEMA.renamed("others"))
    engine.close()
    whole = file.read_bytes()
    cut(file)

    engine = opened(path)
    films = engine.collection("", "films")
    assert contents(films.view, partitions=("p",)) == dict.fromkeys(range(201, 230), 200)
    assert films.row_count() == count
    [damaged] = [segment for segment in films.segments() if segment.damage]
    assert file.name in damaged.damage
    for refused in (
        lambda: contents(films.view),
        lambda: contents(films.view, partitions=("_default",)),
        lambda: films.insert(rows([5000])),
        lambda: films.upsert(rows([1])),
        lambda: films.delete_keys(keys([1])),
        films.flush,
        films.compact,
    ):
        with pytest.raises(DataCorrupted, match=REFUSED):
            refused()
    others = engine.collection("", "others")
    others.insert(rows([1], 7))
    assert contents(others.view) == {1: 7}
    engine.close()

    file.write_bytes(whole)
    engine = opened(path)
    assert contents(engine.collection("", "films").view) == before, "restored from a backup, nothing is missing"
    engine.close()


def test_damage_is_found_again_at_every_open_and_goes_with_its_partition(
    engine: Engine, path: Path, films: Collection
) -> None:
    cut(one(path, films, 2, "data.arrow"))
    for _ in range(2):
        engine.close()
        engine = opened(path)
        films = engine.collection("", "films")
        with pytest.raises(DataCorrupted, match=REFUSED):
            contents(films.view)
    assert len(contents(films.view, partitions=("_default",))) == 60
    films.drop_partition("p")
    assert len(contents(films.view)) == 60
    films.insert(rows([2000]))
    assert unowned(engine) == []
    engine.close()
    engine = opened(path)
    assert len(contents(engine.collection("", "films").view)) == 61
    engine.close()


def test_the_log_is_kept_while_something_is_damaged(engine: Engine, path: Path, films: Collection) -> None:
    """It holds deletes of rows that cannot be read: after a restore they are deleted all the same."""
    films.delete_keys(keys([5]))
    films.seals.rotate()
    films.insert(rows(range(3000, 3030)))
    before = contents(films.view)
    file = one(path, films, 0, "data.arrow")
    engine.close()
    whole = file.read_bytes()
    cut(file)
    engine = opened(path)
    films = engine.collection("", "films")
    films.indexes.definitions.create(IndexRequest("v", "v", HNSW))
    films.seals.start().result()
    assert len(engine.resources.catalog.log_epochs(films.id)) == 2
    engine.close()
    file.write_bytes(whole)
    engine = opened(path)
    films = engine.collection("", "films")
    assert contents(films.view) == before
    films.flush()
    assert contents(films.view) == before
    engine.close()


def test_truncate_and_drop_end_the_damage(engine: Engine, path: Path, films: Collection) -> None:
    cut(one(path, films, 0, "data.arrow"))
    engine.close()
    engine = opened(path)
    films = engine.collection("", "films")
    films.truncate()
    assert contents(films.view) == {}
    films.insert(rows([1], 5))
    assert contents(films.view) == {1: 5}
    engine.close()
    engine = opened(path)
    films = engine.collection("", "films")
    assert contents(films.view) == {1: 5}
    films.flush()
    cut(one(path, films, 0, "data.arrow"))
    engine.close()
    engine = opened(path)
    engine.drop_collection("", "films")
    assert unowned(engine) == []
    engine.close()


@pytest.mark.parametrize("position", [-200, 300, "gone"])
def test_damaged_keys_are_made_again(engine: Engine, path: Path, films: Collection, position: int | str) -> None:
    before = contents(films.view)
    file = one(path, films, 1, "keys.arrow")
    whole = file.read_bytes()
    engine.close()
    if isinstance(position, str):
        file.unlink()
    else:
        flip(file, position)
    engine = opened(path)
    films = engine.collection("", "films")
    assert file.read_bytes() == whole
    films.delete_keys(keys(range(101, 130)))
    assert contents(films.view) == {i: n for i, n in before.items() if not 101 <= i < 130}
    engine.close()


def test_a_merge_finds_a_flipped_byte_and_does_not_spread_it(engine: Engine, path: Path, films: Collection) -> None:
    indexed(films)
    flip(one(path, films, 1, "data.arrow"), -1000)
    plan = sorted(films.sealed)
    with pytest.raises(DataCorrupted, match="wrong checksum"):
        Merge(films, plan[:2]).run()
    assert sorted(films.sealed) == [i for i in plan if i != plan[1]]
    with pytest.raises(DataCorrupted, match=REFUSED):
        contents(films.view)
    assert len(contents(films.view, partitions=("p",))) == 29
    engine.close()
    [lost] = give_up_damaged(path)
    assert lost.loss == "its 30 rows"
    engine = opened(path)
    assert sorted(contents(engine.collection("", "films").view)) == [*range(1, 30), *range(201, 230), 1000, 1001]
    engine.close()


def test_given_up_segments_are_forgotten(engine: Engine, path: Path, films: Collection) -> None:
    cut(one(path, films, 0, "data.arrow"))
    flip(one(path, films, 1, "deletes-*"))
    flip(one(path, films, 2, "keys.arrow"))
    engine.close()
    lost = give_up_damaged(path)
    assert [part.loss for part in lost] == ["its 30 rows", "its 30 rows"]
    assert give_up_damaged(path) == []
    engine = opened(path)
    films = engine.collection("", "films")
    assert sorted(contents(films.view)) == [*range(201, 230), 1000, 1001]
    films.upsert(rows([0, 201], 9))
    films.flush()
    assert contents(films.view)[201] == 9
    assert unowned(engine) == []
    engine.close()


def test_a_damaged_log_is_set_apart_and_cut_where_it_is_damaged(engine: Engine, path: Path, films: Collection) -> None:
    for number in range(3):
        films.insert(rows([2000 + number], number))
    engine.close()
    [log] = (path / "logs" / str(films.id)).glob("*.sqlite")
    content = log.read_bytes()
    flip(log, content.index((2001).to_bytes(8, "little")))
    engine = opened(path)
    films = engine.collection("", "films")
    with pytest.raises(DataCorrupted, match=r"log .* of collection films is damaged"):
        contents(films.view)
    with pytest.raises(DataCorrupted):
        films.insert(rows([1]))
    engine.close()
    [lost] = give_up_damaged(path)
    assert "its last changes" in lost.loss
    engine = opened(path)
    films = engine.collection("", "films")
    found = contents(films.view)
    assert len([i for i in found if i < 1000]) == 87, "the segments are whole"
    assert sorted(i for i in found if i >= 2000) == [2000], "what came before the damage"
    films.insert(rows([3000]))
    engine.close()
    engine = opened(path)
    assert contents(engine.collection("", "films").view).keys() == {*found, 3000}
    engine.close()


def test_a_missing_log_is_set_apart_and_given_up(engine: Engine, path: Path, films: Collection) -> None:
    engine.close()
    for file in (path / "logs" / str(films.id)).iterdir():
        file.unlink()
    engine = opened(path)
    with pytest.raises(DataCorrupted, match="log is missing"):
        contents(engine.collection("", "films").view)
    engine.close()
    assert [lost.loss for lost in give_up_damaged(path)] == ["all its changes"]
    engine = opened(path)
    films = engine.collection("", "films")
    assert 1001 not in contents(films.view)
    films.insert(rows([1001]))
    eventually(lambda: 1001 in contents(films.view))
    engine.close()


def found_by_a_merge(engine: Engine, path: Path, films: Collection) -> tuple[Path, bytes]:
    """A flipped byte inside a data file that opens: nobody but a merge reads it whole. Its file, and what it held."""
    file = one(path, films, 0, "data.arrow")
    whole = file.read_bytes()
    flip(file, len(whole) // 2)
    films.compact()
    eventually(lambda: bool(films.view.damages))
    return file, whole


def test_damage_that_a_merge_found_is_remembered(engine: Engine, path: Path, films: Collection) -> None:
    found_by_a_merge(engine, path, films)
    engine.close()
    engine = opened(path)
    try:
        again = engine.collection("", "films")
        assert [damage.row_count for damage in again.view.damages] == [30]
        with pytest.raises(DataCorrupted, match=REFUSED):
            contents(again.view)
    finally:
        engine.close()
    [lost] = give_up_damaged(path)
    assert lost.loss == "its 30 rows"
    engine = opened(path)
    assert not engine.collection("", "films").view.damages
    engine.close()


def test_a_file_that_is_restored_serves_again(engine: Engine, path: Path, films: Collection) -> None:
    before = contents(films.view)
    file, whole = found_by_a_merge(engine, path, films)
    engine.close()
    file.write_bytes(whole)
    engine = opened(path)
    try:
        assert contents(engine.collection("", "films").view) == before
    finally:
        engine.close()
