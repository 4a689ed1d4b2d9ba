"""Every scalar index type over every kind of field it is offered for: built, opened, asked, built again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from elanus.errors import Cancelled, Error
from elanus.index.generation import Generation
from elanus.index.progress import BuildProgress
from elanus.index.request import IndexRequest
from elanus.index.scalar.base import Found, ScalarIndex, ScalarSpec
from elanus.index.scalar.build import ScalarTask, build_scalar
from elanus.index.scalar.file import open_scalar_index
from elanus.index.scalar.request import resolve_scalar
from elanus.index.scalar.types import scalar_types
from elanus.schema.arrow import arrow_type
from elanus.schema.field import Field
from elanus.schema.geometry import boxes_of, meeting, wkb_of_texts
from elanus.schema.types import DataType

CATALOGUE = (
    *("INVERTED", "BITMAP", "HYBRID", "STL_SORT", "TRIE", "NGRAM", "RTREE", "FMINDEX"),
    *("MOL_PATTERN", "BTREE"),
)
WITHHELD = {"HYBRID", "MOL_PATTERN", "BTREE"}
"""Made by AUTOINDEX alone, or in no release of Milvus."""
PARAMS = {"NGRAM": {"min_gram": 2, "max_gram": 3}}
ROWS = 300
rng = np.random.default_rng(23)


@dataclass(frozen=True)
class Case:
    type: str
    kind: DataType
    element: DataType = DataType.NONE

    def __str__(self) -> str:
        return "-".join((self.type, self.kind.name, *([self.element.name] if self.element else [])))

    def field(self) -> Field:
        return Field(101, "f", self.kind, element_type=self.element, max_length=64, max_capacity=8)

    def spec(self) -> ScalarSpec:
        declared = scalar_types()[self.type]
        if not declared.offered:
            return ScalarSpec(self.type, {one.name: one.default for one in declared.build_params if one.default})
        return resolve_scalar(IndexRequest(self.type, params=PARAMS.get(self.type, {})), self.field())

    def asked_as(self) -> pa.DataType:
        """Of the values that an index is asked for: whole numbers are int64."""
        kind = arrow_type(self.field())
        kind = kind.value_type if self.element else kind
        return pa.int64() if pa.types.is_integer(kind) else kind

    def column(self, count: int = ROWS) -> pa.Array:
        """Values with repetitions and NULLs."""
        if self.kind is DataType.ARRAY:
            rows = [[_value(self.element) for _ in range(rng.integers(0, 4))] for _ in range(count)]
            return pa.array([None if i % 10 == 9 else row for i, row in enumerate(rows)], arrow_type(self.field()))
        values = [None if i % 10 == 9 else _value(self.kind) for i in range(count)]
        if self.kind is DataType.GEOMETRY:
            return wkb_of_texts(pa.array(values, pa.large_string()))
        return pa.array(values, arrow_type(self.field()))


def _value(kind: DataType) -> Any:
    number = int(rng.integers(0, 40))
    if kind is DataType.GEOMETRY:
        x, y = rng.integers(0, 50, 2).tolist()
        return f"POINT ({x} {y})" if number % 2 else f"LINESTRING ({x} {y}, {x + 3} {y + 1})"
    if kind is DataType.VARCHAR:
        return f"wörd {number}"
    if kind is DataType.BOOL:
        return number < 20
    return number / 4 if kind.is_float else number - 20


def _cases() -> Iterator[Case]:
    for declared in scalar_types().values():
        for kind in declared.data_types:
            if kind is DataType.ARRAY:
                yield from (Case(declared.name, kind, element) for element in declared.element_types)
            elif kind is not DataType.JSON:  # values at a path are a column of one of the other kinds
                yield Case(declared.name, kind)


CASES = list(_cases())


def opened(case: Case, column: pa.Array, path: Path) -> ScalarIndex:
    slices = [column[first : first + 100] for first in range(0, len(column), 100)] or [column]
    build_scalar(ScalarTask(case.spec(), slices, len(column), path), ignore)
    return open_scalar_index(path, case.spec(), len(column))


def ignore(progress: BuildProgress) -> None:
    pass


def check(found: Found | None, rows: set[int]) -> bool:
    """Whether it was answered; an answer names the rows, or candidates among which they are."""
    if found is None:
        return False
    named = set(found.rows().tolist())
    assert named == rows if found.exact else named >= rows
    assert len(named) <= found.count
    return True


def test_every_name_of_the_catalogue_is_built_or_refused():
    assert set(scalar_types()) == set(CATALOGUE) - WITHHELD | {"HYBRID"}
    for name in WITHHELD:
        for generation in (Generation.V2_4, Generation.V2_6, Generation.V3_0):
            with pytest.raises(Error, match=f"invalid index type: {name}"):
                resolve_scalar(IndexRequest(name), Field(101, "f", DataType.INT64), generation)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_asked_is_answered_with_the_rows_that_hold_it(case: Case, tmp_path: Path):
    column = case.column()
    index = opened(case, column, tmp_path / "index")
    if case.kind is DataType.GEOMETRY:
        boxes = boxes_of(column)
        areas = [np.array([[x, x, x + 5, x + 9]]) for x in (-9.0, 0.0, 20.0, 99.0)]
        assert all(check(index.meeting(area), set(np.flatnonzero(meeting(boxes, area)))) for area in areas)
        return
    rows_of: dict[Any, set[int]] = {}
    for row, value in enumerate(column.to_pylist()):
        for one in value or () if case.kind is DataType.ARRAY else [value]:
            rows_of.setdefault(one, set()).add(row)
    rows_of.pop(None, None)
    asked = [check(index.equal(pa.array([value], case.asked_as())), rows) for value, rows in rows_of.items()]
    if (case.element or case.kind) is DataType.VARCHAR:
        asked += [check(index.like(value), rows) for value, rows in rows_of.items()]
    assert any(asked)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("count", [0, 1])
def test_segments_of_no_row_and_of_one(case: Case, count: int, tmp_path: Path):
    column = case.column(count)
    index = opened(case, column, tmp_path / "index")
    assert index.row_count == count
    if case.kind is DataType.VARCHAR:
        assert check(index.equal(pa.array(["none"], pa.large_string())), set()) or check(index.like("none"), set())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_segment_of_nulls(case: Case, tmp_path: Path):
    column = pa.nulls(20, case.column(1).type)
    index = opened(case, column, tmp_path / "index")
    if case.kind is DataType.GEOMETRY:
        assert check(index.meeting(np.array([[-1e9, -1e9, 1e9, 1e9]])), set())
    if case.kind is DataType.VARCHAR:
        assert check(index.equal(pa.array([""], pa.large_string())), set()) or check(index.like("none"), set())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_column_makes_the_same_file(case: Case, tmp_path: Path):
    column = case.column()
    payloads = [scalar_types()[case.spec().type].build(column, case.spec().params) for _ in range(2)]
    assert payloads[0].keys() == payloads[1].keys()
    assert all(payloads[0][name].equals(payloads[1][name]) for name in payloads[0])
    assert not any(pc.any(array.is_null()).as_py() for array in payloads[0].values())


@pytest.mark.parametrize("type_", scalar_types())
def test_a_cancelled_build_leaves_no_file(type_: str, tmp_path: Path):
    case = next(one for one in CASES if one.type == type_)
    column = case.column()

    def slices() -> Iterator[pa.Array]:
        yield column[:100]
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        build_scalar(ScalarTask(case.spec(), slices(), ROWS, tmp_path / "index"), ignore)
    assert list(tmp_path.iterdir()) == []
