"""One bit of any file is another: it is found at the open, or by ``elanus inspect``, or it makes no difference."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from elanus.cli.inspection import inspect_directory
from elanus.engine.requests import LoadState
from elanus.errors import Error
from unit.engine.samples import contents, created, indexed, keys, opened, rows

KINDS = ("catalog.sqlite", "counters.sqlite", "log-*.sqlite", "data.arrow", "keys.arrow", "deletes-*.arrow", "*.idx")
FLIPS = 20


@dataclass(frozen=True)
class Lived:
    """A closed data directory and what it holds. next_id is greater than every id given."""

    path: Path
    contents: dict[int, int]
    next_id: int


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    path = tmp_path_factory.mktemp("lived") / "db"
    with closing(opened(path)) as engine:
        collection = created(engine)
        collection.insert(rows(range(30), 1))
        collection.flush()
        collection.delete_keys(keys([1]))
        collection.insert(rows(range(30, 60), 2))
        collection.flush()
        indexed(collection)
        for number in range(5):
            collection.insert(rows([100 + number], number))
        collection.delete_keys(keys([5]))
        return Lived(path, contents(collection.view), engine.resources.new_id() + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_no_flipped_bit_goes_unnoticed(lived: Lived, tmp_path: Path, kind: str) -> None:
    original = next(lived.path.rglob(kind))
    choose = random.Random(kind)
    found = 0
    for number in range(FLIPS):
        copy = tmp_path / str(number)
        shutil.copytree(lived.path, copy)
        position = _flip(copy / original.relative_to(lived.path), choose)
        if _is_found(copy):
            found += 1
        else:
            assert _is_same(copy, lived), f"byte {position} of {original.name} is another, and nobody notices"
        shutil.rmtree(copy)
    assert found, "some of so many flips must do harm"


def _flip(file: Path, choose: random.Random) -> int:
    """Every second time a bit of a byte that is not zero: most of a small SQLite file is empty."""
    content = bytearray(file.read_bytes())
    position = choose.randrange(len(content))
    if choose.random() < 0.5:
        position = choose.choice([place for place, byte in enumerate(content) if byte])
    content[position] ^= 1 << choose.randrange(8)
    file.write_bytes(content)
    return position


def _is_found(path: Path) -> bool:
    try:
        if any(file.problem for file in inspect_directory(path)):
            return True
        opened(path).close()
    except Error:
        return True
    return False


def _is_same(path: Path, lived: Lived) -> bool:
    with closing(opened(path)) as engine:
        collection = engine.collection("", "films")
        return (
            contents(collection.view) == lived.contents
            and engine.resources.new_id() >= lived.next_id
            and [index.name for index in collection.indexes.statuses()] == ["v"]
            and collection.load_state() is LoadState.LOADED
        )
