"""Bulk import as pymilvus asks for it: what a query returns is what was written to the files."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pymilvus
import pytest
from pymilvus import BulkInsertState, DataType, MilvusException, connections, utility

from elanus.doors.http2.server import Http2Server
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.schema.bfloat16 import floats_of
from elanus.service import Service

pytestmark = pytest.mark.filterwarnings("ignore:.*ORM-style PyMilvus API")

USING = "importing"
ROWS = 40
DIM = 16
NOT_IN_NUMPY = frozenset({"numbers", "words", "flags", "sparse_v"})
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A server, and the directory it imports from."""

    client: pymilvus.MilvusClient
    root: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data = tmp_path_factory.mktemp("import")
    engine = Engine.open(data, EngineSettings())
    server = Http2Server(handlers(Service(engine)))
    port = server.bind("127.0.0.1:0")
    server.start()
    (data / "import").mkdir()
    client = pymilvus.MilvusClient(f"http://127.0.0.1:{port}")
    connections.connect(USING, host="127.0.0.1", port=port)
    yield Place(client, data / "import")
    connections.disconnect(USING)
    client.close()
    server.stop(1.0)
    engine.close()


def ended(job: int) -> BulkInsertState:
    deadline = time.monotonic() + 30
    while True:
        state = utility.get_bulk_insert_state(job, using=USING)
        if state.state in (BulkInsertState.ImportCompleted, BulkInsertState.ImportFailed):
            return state
        assert time.monotonic() < deadline
        time.sleep(0.01)


def brought(place: Place, name: str, *files: str, **options: Any) -> int:
    """Rows of an import that is completed."""
    state = ended(utility.do_bulk_insert(name, list(files), using=USING, **options))
    assert state.state_name == "Completed", state.failed_reason
    assert state.infos["progress_percent"] == "100"
    return int(state.row_count)


def refused(name: str, *files: str) -> str:
    """Why an import failed."""
    state = ended(utility.do_bulk_insert(name, list(files), using=USING))
    assert state.state_name == "Failed"
    assert state.row_count == 0
    return str(state.failed_reason)


SCALARS = ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "JSON", "GEOMETRY")
ARRAYS = {"numbers": DataType.INT16, "words": DataType.VARCHAR, "flags": DataType.BOOL}
VECTORS = {
    "float_v": (DataType.FLOAT_VECTOR, "L2"),
    "float16_v": (DataType.FLOAT16_VECTOR, "L2"),
    "bfloat16_v": (DataType.BFLOAT16_VECTOR, "L2"),
    "int8_v": (DataType.INT8_VECTOR, "L2"),
    "binary_v": (DataType.BINARY_VECTOR, "HAMMING"),
    "sparse_v": (DataType.SPARSE_FLOAT_VECTOR, "IP"),
}


def collection(place: Place, name: str, without: frozenset[str] = NONE) -> None:
    """With a field of every type."""
    schema = pymilvus.MilvusClient.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=100)
    for kind in SCALARS:
        schema.add_field(kind.lower(), DataType[kind])
    schema.add_field("maybe", DataType.INT32, nullable=True)
    schema.add_field("given", DataType.VARCHAR, max_length=20, default_value="as ever")
    for field in ARRAYS.keys() - without:
        schema.add_field(field, DataType.ARRAY, element_type=ARRAYS[field], max_capacity=9, max_length=20)
    indexes = pymilvus.MilvusClient.prepare_index_params()
    for field in VECTORS.keys() - without:
        kind, metric = VECTORS[field]
        schema.add_field(field, kind, **({} if field == "sparse_v" else {"dim": DIM}))
        indexes.add_index(field, metric_type=metric)
    place.client.create_collection(name, schema=schema, index_params=indexes)


def written_rows(rng: np.random.Generator, without: frozenset[str] = NONE) -> list[dict[str, Any]]:
    """As plain Python values; vectors as whole numbers that every type can hold, binary ones as bytes."""
    numbers = rng.integers(-99, 100, (ROWS, DIM))
    rows = [
        {
            "id": i,
            "text": f'row {i}, "quoted" ü\n',
            "bool": i % 3 == 0,
            "int8": i - 100,
            "int16": i * 700,
            "int32": -i * 10**6,
            "int64": i * 10**15,
            "float": i / 8,
            "double": i / 10,
            "json": {"n": i, "deep": [1, {"x": None}]},
            "geometry": f"POINT ({i} {i + 1})",
            "maybe": None if i % 4 == 0 else i,
            "numbers": list(range(i % 5)),
            "words": [f"w{i}", ""],
            "flags": [True, False][: i % 3],
            "$meta": {"color": "red", "size": i},
            "float_v": [n / 8 for n in numbers[i].tolist()],
            "float16_v": [n / 8 for n in numbers[i].tolist()],
            "bfloat16_v": numbers[i].astype(float).tolist(),
            "int8_v": numbers[i].tolist(),
            "binary_v": list(rng.bytes(DIM // 8)),
            "sparse_v": {"7": 0.5, "3": 1.0 + i, "100000": 2.0},
        }
        for i in range(ROWS)
    ]
    return [{name: value for name, value in row.items() if name not in without} for row in rows]


def in_json(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    path.with_suffix(".json").write_text(json.dumps(rows))
    return [f"{path.name}.json"]


def in_json_rows(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    path.with_suffix(".json").write_text(json.dumps({"rows": rows}, indent=2))
    return [f"{path.name}.json"]


def in_json_lines(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return [f"{path.name}.jsonl"]


def in_csv(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    with path.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)
    return [f"{path.name}.csv"]


def cell(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, list | dict) else str(value)


ARROW = {
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "float": pa.float32(),
    "maybe": pa.int32(),
    "numbers": pa.list_(pa.int16()),
    "float_v": pa.list_(pa.float32()),
    "float16_v": pa.list_(pa.float32()),
    "bfloat16_v": pa.list_(pa.float64()),
    "int8_v": pa.list_(pa.int8(), DIM),
    "binary_v": pa.list_(pa.uint8()),
}


def in_parquet(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    for name in ("json", "$meta", "sparse_v"):
        columns[name] = [json.dumps(value) for value in columns[name]]
    table = pa.table({name: pa.array(values, ARROW.get(name)) for name, values in columns.items()})
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=17)
    return [f"{path.name}.parquet"]


NUMPY = {"int8": "i1", "int16": "i2", "int32": ">i4", "float": "f4", "binary_v": "u1", "int8_v": "i1", "float_v": "f4"}


def in_numpy(path: Path, rows: list[dict[str, Any]]) -> list[str]:
    path.mkdir()
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "maybe":
            values = list(range(ROWS))
        if name in ("json", "$meta"):
            values = [json.dumps(value) for value in values]
        np.save(path / f"{name}.npy", np.array(values, NUMPY.get(name)))
    return [f"{path.name}/{name}.npy" for name in rows[0]]


FORMATS: dict[str, Callable[[Path, list[dict[str, Any]]], list[str]]] = {
    "json": in_json,
    "json rows": in_json_rows,
    "json lines": in_json_lines,
    "csv": in_csv,
    "parquet": in_parquet,
    "numpy": in_numpy,
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_type_comes_back_as_it_was_written(place: Place, name: str, form: str) -> None:
    without = NOT_IN_NUMPY if form == "numpy" else NONE
    rows = written_rows(np.random.default_rng(5), without)
    collection(place, name, without)
    assert brought(place, name, *FORMATS[form](place.root / name, rows)) == ROWS
    found = place.client.query(name, "id >= 0", output_fields=["*"], limit=ROWS)
    by_id = {row["id"]: {field: numbers_of(field, value) for field, value in row.items()} for row in found}
    for row in rows:
        maybe = row["id"] if form == "numpy" else row["maybe"]
        wanted = {**row, **row["$meta"], "given": "as ever", "maybe": maybe}
        del wanted["$meta"]
        assert by_id[row["id"]] == wanted
    [hits] = place.client.search(name, [rows[7]["float_v"]], anns_field="float_v", limit=1)
    assert (hits[0]["id"], hits[0]["distance"]) == (7, 0)


def numbers_of(field: str, shown: Any) -> Any:
    """A value as it was written; of vectors a query shows the bytes."""
    if field == "sparse_v":
        return {str(index): value for index, value in shown.items()}
    if field not in VECTORS or field == "float_v":
        return list(shown) if isinstance(shown, list) else shown
    [content] = shown
    kinds = {"float16_v": "<f2", "bfloat16_v": "<u2", "int8_v": "i1", "binary_v": "u1"}
    stored = np.frombuffer(content, kinds[field])
    return (floats_of(stored) if field == "bfloat16_v" else stored).tolist()


def simple(place: Place, name: str, **primary: Any) -> None:
    schema = pymilvus.MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True, **primary)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=2)
    indexes = pymilvus.MilvusClient.prepare_index_params()
    indexes.add_index("v", metric_type="L2")
    place.client.create_collection(name, schema=schema, index_params=indexes)


def rows_of(*ids: int) -> list[dict[str, Any]]:
    return [{"id": i, "v": [i, 0.5]} for i in ids]


def count(place: Place, name: str) -> int:
    return int(place.client.query(name, "", output_fields=["count(*)"])[0]["count(*)"])


def test_generated_keys_partitions_and_lists_of_jobs(place: Place, name: str) -> None:
    simple(place, name, auto_id=True)
    place.client.create_partition(name, "p")
    in_json(place.root / name, [{"v": [i, i]} for i in range(9)])
    jobs = [utility.do_bulk_insert(name, [f"{name}.json"], partition_name="p", using=USING) for _ in range(3)]
    assert {ended(job).state_name for job in jobs} == {"Completed"}
    listed = utility.list_bulk_insert_tasks(collection_name=name, using=USING)
    assert [task.task_id for task in listed] == jobs
    newest = utility.list_bulk_insert_tasks(limit=2, collection_name=name, using=USING)
    assert [task.task_id for task in newest] == jobs[1:]
    found = place.client.query(name, "id > 0", partition_names=["p"], limit=99)
    assert len({row["id"] for row in found}) == count(place, name) == 27
    assert newest[0].infos | {"collection": name, "partition": "p", "files": f"{name}.json"} == newest[0].infos
    in_json(place.root / f"{name}k", rows_of(1))
    assert "the primary key 'id' is auto-generated, no need to provide" in refused(name, f"{name}k.json")


def test_rows_with_known_keys_are_the_newest(place: Place, name: str) -> None:
    simple(place, name)
    place.client.insert(name, [{"id": i, "v": [9, 9]} for i in range(10)])
    in_json(place.root / name, rows_of(*range(5, 15)))
    assert brought(place, name, f"{name}.json") == 10
    found = {row["id"]: list(row["v"]) for row in place.client.query(name, "id >= 0", output_fields=["v"], limit=99)}
    assert found == {i: [9, 9] if i < 5 else [i, 0.5] for i in range(15)}
    assert count(place, name) == 20
    [hits] = place.client.search(name, [[14, 0.5]], limit=1)
    assert hits[0]["id"] == 14


def test_text_functions_are_computed(place: Place, name: str) -> None:
    schema = pymilvus.MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("t", DataType.VARCHAR, max_length=100, enable_analyzer=True)
    schema.add_field("s", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(pymilvus.Function("f", pymilvus.FunctionType.BM25, ["t"], ["s"]))
    indexes = pymilvus.MilvusClient.prepare_index_params()
    indexes.add_index("s", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    place.client.create_collection(name, schema=schema, index_params=indexes)
    in_json(place.root / name, [{"id": 1, "t": "red fox"}, {"id": 2, "t": "blue whale"}])
    assert brought(place, name, f"{name}.json") == 2
    [hits] = place.client.search(name, ["whale"], anns_field="s", limit=5)
    assert [hit["id"] for hit in hits] == [2]


def test_options_of_csv(place: Place, name: str) -> None:
    simple(place, name)
    (place.root / f"{name}.csv").write_text("id;v\n1;[1, 2]\n2;[3, 4]\n")
    assert brought(place, name, f"{name}.csv", sep=";", nullkey="NULL") == 2


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (["../catalog.sqlite"], "unexpected file type"),
        (["../x.json"], "is outside of the import directory"),
        (["/etc/x.json"], "is outside of the import directory"),
        (["nothing.json"], "there is no file nothing.json in the import directory"),
        (["a.txt"], "unexpected file type, files=['a.txt'], allowed: .parquet, .json"),
        (["a.json", "b.json"], "for JSON import, accepts only one file"),
        (["a.npy", "b.json"], "inconsistency in file types, (a.npy) vs (b.json)"),
        ([], "import request is empty"),
    ],
    ids=["above, other kind", "above", "elsewhere", "missing", "kind", "two", "mixed", "none"],
)
def test_files_that_cannot_be_asked_for(place: Place, name: str, files: list[str], why: str) -> None:
    simple(place, name)
    with pytest.raises(MilvusException) as refusal:
        utility.do_bulk_insert(name, files, using=USING)
    assert why in refusal.value.message
    assert refusal.value.code in (2100, 1100)


def test_unknown_jobs_collections_and_partitions(place: Place, name: str) -> None:
    with pytest.raises(MilvusException, match="import job does not exist, jobID=99999") as refusal:
        utility.get_bulk_insert_state(99999, using=USING)
    assert refusal.value.code == 2100
    with pytest.raises(MilvusException, match="collection not found"):
        utility.do_bulk_insert(f"{name}x", ["a.json"], using=USING)
    simple(place, name)
    with pytest.raises(MilvusException, match="partition not found"):
        utility.do_bulk_insert(name, ["a.json"], partition_name="q", using=USING)
    with pytest.raises(MilvusException, match="import option backup=True is not implemented"):
        utility.do_bulk_insert(name, ["a.json"], backup=True, using=USING)


def test_bad_row_at_the_end_leaves_nothing(place: Place, name: str) -> None:
    simple(place, name)
    place.client.insert(name, rows_of(1))
    in_json(place.root / name, [*rows_of(*range(500)), {"id": 500, "v": [1, 2, 3]}])
    why = refused(name, f"{name}.json")
    told = f"{name}.json: field v of type FloatVector, row 500: expected dim '2', got dim '3'"
    assert why == f"{told}: importing data failed"
    assert count(place, name) == 1
