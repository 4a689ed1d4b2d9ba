"""Files that do not fit the collection: each refusal names the file, the field, and the row where it is a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.imports.job import ImportStatus
from elanus.schema.types import DataType
from elanus.service import Service
from elanus.service.imports.imports import ImportRequest
from elanus.service.schema.drafts import CollectionDraft, FieldDraft
from unit.engine.samples import QUIET, eventually, opened

FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
    FieldDraft("n", DataType.INT8),
    FieldDraft("t", DataType.VARCHAR, params={"max_length": "5"}),
)
BITS = FieldDraft("b", DataType.BINARY_VECTOR, params={"dim": "16"})
SPARSE = FieldDraft("s", DataType.SPARSE_FLOAT_VECTOR)
LIST = FieldDraft("l", DataType.ARRAY, element_type=DataType.INT16, params={"max_capacity": "3"})


class Library:
    """A collection, and files to import into it."""

    def __init__(self, path: Path) -> None:
        self.engine: Engine = opened(path, QUIET)
        self.service = Service(self.engine)
        self.root = path / "import"
        self.root.mkdir()

    def collection(self, *fields: FieldDraft, dynamic: bool = False) -> Collection:
        """A new one in the place of the last."""
        self.engine.drop_collection("", "c")
        draft = CollectionDraft("c", (*FIELDS, *fields), enable_dynamic_field=dynamic)
        return self.service.collections.create("", draft)

    def brought(self, collection: Collection, *files: str, **options: str) -> ImportStatus:
        imports = self.service.imports
        job = imports.start(collection, ImportRequest([files], options=options))
        eventually(lambda: imports.status(job).state in ("completed", "failed"))
        return imports.status(job)

    def refused(self, collection: Collection, *files: str) -> str:
        """Why, without what Milvus says at the end."""
        status = self.brought(collection, *files)
        assert (status.state, status.row_count, collection.row_count()) == ("failed", 0, 0)
        return status.record.reason.removesuffix(": importing data failed")

    def write_json(self, *rows: dict[str, Any]) -> str:
        (self.root / "a.json").write_text(json.dumps(rows))
        return "a.json"

    def write_parquet(self, **columns: Any) -> str:
        pq.write_table(pa.table({**_columns(2), **columns}), self.root / "a.parquet")
        return "a.parquet"

    def write_csv(self, text: str) -> str:
        (self.root / "a.csv").write_text(text)
        return "a.csv"

    def write_numpy(self, **columns: Any) -> list[str]:
        for name, values in columns.items():
            np.save(self.root / f"{name}.npy", values)
        return [f"{name}.npy" for name in columns]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = Library(tmp_path_factory.mktemp("library"))
    yield library
    library.engine.close()


def _row(i: int, **changed: Any) -> dict[str, Any]:
    return {"id": i, "v": [i, i], "n": i % 100, "t": "x", **changed}


def _columns(count: int) -> dict[str, Any]:
    return {"id": range(count), "v": [[0.5, 1.0]] * count, "n": [1] * count, "t": ["x"] * count}


BAD_ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "dim": ({"v": [1]}, "field v of type FloatVector, row 7: expected dim '2', got dim '1'"),
    "no vector": ({"v": "x"}, "field v of type FloatVector, row 7: a float vector is a list of numbers"),
    "no number": ({"v": [1, "x"]}, "field v of type FloatVector, row 7: could not convert string to float"),
    "infinity": ({"v": [1, 1e300]}, "value 'inf' is not a number or infinity, field: v, row: 7"),
    "type": ({"n": "many"}, "field n of type Int8, row 7: 'many' is no integer"),
    "range": ({"n": 300}, "the 7th element (300) out of range: [-128, 127]"),
    "length": ({"t": "too long"}, "length of varchar field t exceeds max length, row number: 7, length: 8"),
    "missing": ({"t": None}, "the field t is not nullable and has no default value, but row 7 has none"),
    "list": ({"l": [1, 2, 3, 4]}, "the length (4) of 7th array exceeds max capacity (3)"),
    "element": ({"l": [1, "x"]}, "field l of type Array, row 7: 'x' is no integer"),
    "bits": ({"b": [1]}, "field b of type BinaryVector, row 7: expected dim '16', got dim '8'"),
    "sparse": ({"s": [1]}, "field s of type SparseFloatVector, row 7: a sparse vector is"),
    "negative": ({"s": {"1": -1}}, "negative value in sparse float vector, field: s, row: 7"),
}


@pytest.mark.parametrize(("change", "why"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_bad_row_of_json(library: Library, change: dict[str, Any], why: str) -> None:
    collection = library.collection(LIST, BITS, SPARSE)
    good = {"l": [1], "b": [1, 2], "s": {"1": 0.5}}
    rows = [_row(i, **good) for i in range(9)]
    file = library.write_json(*rows[:7], rows[7] | change, rows[8])
    assert library.refused(collection, file).startswith(f"a.json: {why}")


BAD_COLUMNS: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"t": None}, "value of field 't' is missed, found: id, v, n"),
    "undeclared": ({"x": [1, 2]}, "the field 'x' is not defined in schema, allowed: id, v, n, t"),
    "floats for integers": (
        {"n": [1.5, 2.5]},
        "field 'n' type mis-match, milvus data type 'Int8', arrow data type get 'd",
    ),
    "text for a vector": ({"v": ["a", "b"]}, "field 'v' type mis-match, milvus data type 'FloatVector'"),
    "numbers for a text": ({"t": [1, 2]}, "field 't' type mis-match, milvus data type 'VarChar'"),
    "dim": ({"v": [[1.0, 2.0], [1.0]]}, "field v of type FloatVector, row 1: expected dim '2', got dim '1'"),
    "nan": ({"v": [[1.0, 2.0], [1.0, float("nan")]]}, "value 'nan' is not a number or infinity, field: v, row: 1"),
    "gap in a vector": ({"v": [[1.0, 2.0], [1.0, None]]}, "field v of type FloatVector, row 1: a number of the vector"),
    "too large": ({"n": pa.array([1, 2**63], pa.uint64())}, "field n of type Int8, row 1: Integer value 92233720"),
    "key that is NULL": ({"id": [1, None]}, "the field id is not nullable and has no default value, but row 1"),
}


@pytest.mark.parametrize(("change", "why"), BAD_COLUMNS.values(), ids=BAD_COLUMNS)
def test_bad_column_of_parquet(library: Library, change: dict[str, Any], why: str) -> None:
    columns = {name: values for name, values in {**_columns(2), **change}.items() if values is not None}
    pq.write_table(pa.table(columns), library.root / "a.parquet")
    assert library.refused(library.collection(), "a.parquet").startswith(f"a.parquet: {why}")


def test_row_is_counted_in_the_whole_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elanus.service.imports.files.json_rows.PIECE_ROWS", 100)
    file = library.write_json(*(_row(i) for i in range(230)), _row(230, n=1000))
    assert library.refused(library.collection(), file) == (
        "a.json: the 30th element (1000) out of range: [-128, 127]: invalid parameter"
        " (rows are counted from row 200 of the file)"
    )


BAD_TEXTS: dict[str, tuple[str, str]] = {
    "cell": ('id,v,n,t\n1,"[1, 2]",1,x\n2,"[1, 2]",many,x\n', "field n of type Int8, row 1: "),
    "no JSON": ("id,v,n,t\n1,[1 2],1,x\n", "field v of type FloatVector, row 0: '[1 2]' is no JSON"),
    "cells": ("id,v,n,t\n1,2\n", "a.csv cannot be read as a CSV file: "),
    "columns": ("id,n,t\n1,2,x\n", "value of field 'v' is missed, found: id, n, t"),
    "nan": ('id,v,n,t\n1,"[1, NaN]",1,x\n', "field v of type FloatVector, row 0: '[1, NaN]' is no JSON"),
    "nothing": ("", "a.csv cannot be read as a CSV file: "),
}


@pytest.mark.parametrize(("text", "why"), BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_bad_csv(library: Library, text: str, why: str) -> None:
    assert library.refused(library.collection(), library.write_csv(text)).startswith(f"a.csv: {why}")


def test_bad_numpy(library: Library) -> None:
    collection = library.collection()
    good = {"id": np.arange(3), "v": np.ones((3, 2)), "n": np.ones(3, np.int16), "t": np.array(["a", "b", "c"])}

    def why(**changed: Any) -> str:
        return library.refused(collection, *library.write_numpy(**{**good, **changed})).partition(": ")[2]

    assert why(n=np.ones(2, np.int8)).startswith("the number of rows differs between the files: id: 3, v: 3, n: 2")
    assert why(v=np.ones((3, 4))) == "field v of type FloatVector, row 0: expected dim '2', got dim '4'"
    assert why(v=np.ones((3, 2, 2))) == "v.npy has the shape (3, 2, 2), allowed: (rows,), of vectors (rows, numbers)"
    assert why(n=np.array(5)).startswith("n.npy has the shape ()")
    assert why(v=np.ones((3, 2), bool)) == "field 'v': a file of bool with shape (3, 2) is no column of values"
    assert "cannot be read as a NumPy file" in why(n=np.ones(3, complex))
    assert "cannot be read as a NumPy file" in why(t=np.array([b"\xff", b"a", b"b"]))
    assert why(n=np.ones(3)).startswith("field 'n' type mis-match, milvus data type 'Int8'")
    assert "t.npy holds Python objects, which are not read" in why(t=np.array([{}, 1, None]))
    files = library.write_numpy(**good)
    assert "value of field 't' is missed" in library.refused(collection, *files[:3])
    listed = library.collection(LIST)
    with_list = library.write_numpy(**good, l=np.ones((3, 2), np.int16))
    assert "unsupported importing numpy files for collection with data type: Array" in library.refused(
        listed, *with_list
    )


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "half a Parquet file": ("a.parquet", _truncated),
    "half a JSON file": ("a.json", _truncated),
    "an empty JSON file": ("a.json", lambda _: b""),
    "text": ("a.parquet", lambda _: b"hello"),
    "an object": ("a.json", lambda _: b'{"columns": []}'),
    "a number": ("a.json", lambda _: b"5"),
    "half a NumPy file": ("id.npy", _truncated),
    "deep JSON": ("a.json", lambda _: b'[{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]"),
    "unended JSON": ("a.json", lambda _: b"[" * 100_000),
    "a shape too large": ("id.npy", lambda content: content.replace(b"(99,)", b"(9999999999999,)")),
}


@pytest.mark.parametrize(("name", "breaking"), BROKEN.values(), ids=BROKEN)
def test_broken_file(library: Library, name: str, breaking: Callable[[bytes], bytes]) -> None:
    library.write_json(_row(1), _row(2))
    library.write_parquet()
    library.write_numpy(id=np.arange(99))
    file = library.root / name
    file.write_bytes(breaking(file.read_bytes()))
    assert f"{name}: {name} cannot be read as a" in library.refused(library.collection(), name)


def test_damaged_page_of_parquet(library: Library) -> None:
    file = library.root / library.write_parquet()
    content = bytearray(file.read_bytes())
    content[20:60] = bytes(40)
    file.write_bytes(content)
    assert "a.parquet" in library.refused(library.collection(), "a.parquet")


def test_row_that_is_no_object(library: Library) -> None:
    (library.root / "a.json").write_text(json.dumps([_row(1), [1, 2]]))
    assert library.refused(library.collection(), "a.json") == (
        "a.json: invalid JSON format, each row should be a key-value map, row 1"
    )


def test_dynamic_keys(library: Library) -> None:
    collection = library.collection(dynamic=True)
    twice = library.write_json(_row(1, x=1, **{"$meta": {"x": 2}}))
    assert library.refused(collection, twice) == "a.json: duplicated key is not allowed, key=x, row 0"
    no_object = library.write_json(_row(1), _row(2, **{"$meta": [1]}))
    assert library.refused(collection, no_object) == "a.json: illegal value for dynamic field, not a JSON object, row 1"
    no_json = library.write_parquet(**{"$meta": ["{}", "{"]})
    assert "row 1" in library.refused(collection, no_json)


def test_second_file_that_is_bad_leaves_nothing_of_the_first(library: Library) -> None:
    collection = library.collection()
    good, bad = library.write_parquet(), library.write_json(_row(1, n=1000))
    job = library.service.imports.start(collection, ImportRequest([[good], [bad]]))
    eventually(lambda: library.service.imports.status(job).state == "failed")
    assert collection.row_count() == 0


def test_time_that_runs_out(library: Library) -> None:
    files: Sequence[str] = [library.write_parquet()]
    status = library.brought(library.collection(), *files, timeout="0.001ms")
    assert status.record.reason.startswith("import timeout: it was to end within 1e-06 seconds")


def test_link_out_of_the_directory(library: Library, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("[]")
    (library.root / "link.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ValueError, match=r"link\.json is outside of the import directory"):
        library.brought(library.collection(), "link.json")
