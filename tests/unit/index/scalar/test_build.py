"""A scalar build: slices in, a checked file out; what is opened from it names the rows the column holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import orjson
import pyarrow as pa
import pytest

from elanus.errors import BuildFailed, Cancelled, DataCorrupted
from elanus.filter.extract import typed_column
from elanus.index.file import read_trailer, verify
from elanus.index.progress import BuildPhase, BuildProgress
from elanus.index.scalar import build as building
from elanus.index.scalar.base import ScalarSpec
from elanus.index.scalar.build import ScalarTask, build_scalar
from elanus.index.scalar.file import open_payload, open_scalar_index, write_payload
from elanus.index.scalar.types import scalar_types
from elanus.schema.types import DataType

PARAMS: dict[str, dict[str, Any]] = {
    "HYBRID": {"bitmap_cardinality_limit": 10},
    "NGRAM": {"min_gram": 2, "max_gram": 3},
    "FMINDEX": {"fm_sa_sample_rate": 8, "fm_block_bytes": 64},
}
OF_TEXTS = [name for name, declared in scalar_types().items() if DataType.VARCHAR in declared.data_types]
WORDS = pa.array([None if i % 7 == 0 else f"wörd {i % 23}" for i in range(500)], pa.large_string())
OF_JSON = ScalarSpec("INVERTED", {"json_path": '["k"]', "json_cast_type": "DOUBLE"})


def spec_of(type_: str) -> ScalarSpec:
    return ScalarSpec(type_, PARAMS.get(type_, {}))


def task_of(column: pa.Array, spec: ScalarSpec, path: Path) -> ScalarTask:
    return ScalarTask(spec, [column[first : first + 100] for first in range(0, len(column), 100)], len(column), path)


def ignore(progress: BuildProgress) -> None:
    pass


@pytest.mark.parametrize("type_", [name for name in OF_TEXTS if name != "NGRAM"])
def test_every_value_is_found_in_the_file(type_: str, tmp_path: Path):
    path = tmp_path / "index"
    report = build_scalar(task_of(WORDS, spec_of(type_), path), ignore)
    assert (report.row_count, report.probes) == (500, 23)
    assert verify(path).spec == spec_of(type_)
    index = open_scalar_index(path, spec_of(type_), 500)
    words = WORDS.to_pylist()
    for word in {*words, "no such"} - {None}:
        found = index.equal(pa.array([word], pa.large_string()))
        assert found is not None
        assert found.count == words.count(word)
        assert sorted(found.rows()) == [row for row, other in enumerate(words) if other == word]


def test_grams_name_at_least_the_rows_that_match(tmp_path: Path):
    path = tmp_path / "index"
    assert build_scalar(task_of(WORDS, spec_of("NGRAM"), path), ignore).probes == 23
    index = open_scalar_index(path, spec_of("NGRAM"), 500)
    found = index.like("%örd 12%")
    assert found is not None
    assert not found.exact
    matching = {row for row, word in enumerate(WORDS.to_pylist()) if word and "örd 12" in word}
    assert matching <= set(found.rows().tolist()) < set(range(500))
    assert index.like("%ö%") is None
    nowhere = index.like("%xyz%")
    assert nowhere is not None
    assert len(nowhere.rows()) == nowhere.count == 0


@pytest.mark.parametrize("type_", OF_TEXTS)
@pytest.mark.parametrize("column", [[], [None, None], ["", ""]], ids=["empty", "nulls", "blank"])
def test_columns_with_nothing_in_them(type_: str, column: list[str | None], tmp_path: Path):
    path = tmp_path / "index"
    strings = pa.array(column, pa.large_string())
    build_scalar(ScalarTask(spec_of(type_), [strings], len(strings), path), ignore)
    found = open_scalar_index(path, spec_of(type_), len(strings)).equal(pa.array([""], pa.large_string()))
    if found is not None:
        assert sorted(found.rows()) == [row for row, word in enumerate(column) if word == ""]


def test_progress_goes_from_row_to_row_and_phase_to_phase(tmp_path: Path):
    told: list[BuildProgress] = []
    build_scalar(task_of(WORDS, spec_of("INVERTED"), tmp_path / "index"), told.append)
    rows = [progress.rows_done for progress in told if progress.phase is BuildPhase.ADDING]
    assert rows == [0, 100, 200, 300, 400, 500]
    assert [progress.phase for progress in told][-2:] == [BuildPhase.WRITING, BuildPhase.VERIFYING]


def test_a_stop_leaves_no_file(tmp_path: Path):
    def slices() -> Iterator[pa.Array]:
        yield WORDS[:100]
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        build_scalar(ScalarTask(spec_of("INVERTED"), slices(), 500, tmp_path / "index"), ignore)
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_names_other_rows_fails_its_build(tmp_path: Path):
    wrong = {"terms": pa.array(["a"], pa.large_string()), "rows": pa.array([1], pa.uint32())}
    column = pa.array(["a", "b"], pa.large_string())
    with mock.patch.object(building, "_payload", return_value=wrong), pytest.raises(BuildFailed, match="other rows"):
        build_scalar(ScalarTask(spec_of("STL_SORT"), [column], 2, tmp_path / "index"), ignore)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_spec_or_segment_is_refused(tmp_path: Path):
    path = tmp_path / "index"
    build_scalar(task_of(WORDS, spec_of("INVERTED"), path), ignore)
    assert read_trailer(path).report["probes"] == 23
    with pytest.raises(DataCorrupted, match="expected 500 rows"):
        open_scalar_index(path, spec_of("STL_SORT"), 500)
    with pytest.raises(DataCorrupted, match="expected 499 rows"):
        open_scalar_index(path, spec_of("INVERTED"), 499)


def test_a_payload_of_another_kind_is_refused(tmp_path: Path):
    write_payload(tmp_path / "index", {"terms": pa.array(["a"], pa.large_string())})
    with pytest.raises(DataCorrupted, match="payload of STL_SORT has no 'rows'"):
        open_payload(tmp_path / "index", spec_of("STL_SORT"), 1)
    (tmp_path / "index").write_bytes(b"nothing of the kind")
    with pytest.raises(DataCorrupted, match="cannot be read"):
        open_payload(tmp_path / "index", spec_of("STL_SORT"), 1)


def test_numbers_that_a_float64_cannot_hold_keep_an_index_of_json_silent(tmp_path: Path):
    for largest, silent in ((2**53, False), (2**53 + 1, True)):
        documents = pa.array([orjson.dumps({"k": value}) for value in (1, 2.5, largest, "a")], pa.large_binary())
        column = typed_column(documents, ("k",), "DOUBLE")
        path = tmp_path / str(largest)
        build_scalar(ScalarTask(OF_JSON, [column], 4, path), ignore)
        found = open_scalar_index(path, OF_JSON, 4).compared(">", 1.0)
        assert (found is None) == silent
        if found is not None:
            assert sorted(found.rows()) == [1, 2]


def test_typed_values_at_a_path():
    documents = pa.array(
        [b'{"k": 1}', b'{"k": "x"}', b'{"k": [1, "x", true]}', None, b"{}", b'{"k": true}', b'{"k": 9007199254740993}'],
        pa.large_binary(),
    )
    by_cast = {
        "DOUBLE": [1.0, None, None, None, None, None, np.nan],
        "VARCHAR": [None, "x", None, None, None, None, None],
        "BOOL": [None, None, None, None, None, True, None],
    }
    for cast, values in by_cast.items():
        assert str(typed_column(documents, ("k",), cast).to_pylist()) == str(values)
    lists = typed_column(documents, ("k",), "ARRAY_VARCHAR").to_pylist()
    assert lists == [[], [], [None, "x", None], [], [], [], []]
