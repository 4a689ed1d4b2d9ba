from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from elanus.segment.arena import ARENA_BYTES, OWN_BYTES, Arena, fits_an_arena

DIM = 3
KIND = pa.list_(pa.field("item", pa.float32(), nullable=False), DIM)


def vectors(count: int, seed: int = 0, dim: int = DIM) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)


def column(rows: npt.NDArray[np.float32]) -> pa.FixedSizeListArray:
    kind = pa.list_(pa.field("item", pa.float32(), nullable=False), rows.shape[1])
    return pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), type=kind)


def test_what_is_laid_is_what_was_given() -> None:
    arena, first, second = Arena(KIND), column(vectors(5)), column(vectors(7, seed=1))
    one, two = arena.lay(first), arena.lay(second)
    assert one.column().equals(first)
    assert two.column().equals(second)
    assert one.is_followed_by(two)
    assert one.up_to(two).column().equals(pa.concat_arrays([first, second]))


def test_a_slice_is_laid_from_where_it_begins() -> None:
    whole = column(vectors(9))
    assert Arena(KIND).lay(whole.slice(4, 3)).column().equals(whole.slice(4, 3))


@pytest.mark.parametrize("kind", [pa.float16(), pa.int8(), pa.uint8(), pa.uint16()], ids=str)
def test_every_type_of_vectors(kind: pa.DataType) -> None:
    values = pa.array(np.arange(12), pa.int64()).cast(kind)
    given = pa.FixedSizeListArray.from_arrays(values, type=pa.list_(pa.field("item", kind, nullable=False), 4))
    assert Arena(given.type).lay(given).column().equals(given)


def test_rows_before_stay_as_they_are_while_more_are_laid() -> None:
    arena, given = Arena(KIND), column(vectors(5))
    seen = arena.lay(given).column()
    arena.lay(column(vectors(5, seed=1)))
    assert seen.equals(given)


def test_what_does_not_fit_begins_another_arena() -> None:
    dim = 4096
    rows = column(vectors(100, dim=dim))
    per_arena = ARENA_BYTES // (100 * dim * 4)
    stretches = [Arena(rows.type).lay(rows)]
    for _ in range(per_arena + 1):
        stretches.append(stretches[-1].arena.lay(rows))
    assert all(stretch.column().equals(rows) for stretch in stretches)
    follow = [a.is_followed_by(b) for a, b in pairwise(stretches)]
    assert follow.count(False) == 1
    assert follow.index(False) == per_arena - 1


def test_rows_of_a_failed_write_leave_a_gap() -> None:
    arena = Arena(KIND)
    before, failed, after = (arena.lay(column(vectors(2, seed=seed))) for seed in range(3))
    assert before.is_followed_by(failed)
    assert not before.is_followed_by(after)


def test_only_whole_and_small_columns_of_vectors_are_laid() -> None:
    assert fits_an_arena(column(vectors(3)))
    assert not fits_an_arena(pa.array([1, 2]))
    assert not fits_an_arena(pa.array([[1.0, 2.0, 3.0], None], KIND))
    assert not fits_an_arena(column(vectors(OWN_BYTES // (4 * DIM) + 1)))
