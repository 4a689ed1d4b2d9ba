"""Fields through the service: who writes meanwhile, what is refused, what clients of 2.6 send."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import milvus_pb2, path, schema_pb2
from elanus.doors.protocols import handlers
from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import NewCollection
from elanus.errors import Error, ParameterInvalid, SchemaMismatch
from elanus.filter import compile_filter
from elanus.schema.field import Field
from elanus.schema.function import Function, FunctionType
from elanus.schema.types import DataType
from elanus.search import query
from elanus.search.requests import QuerySpec
from elanus.service import Service
from elanus.service.collections import schema_timestamp
from elanus.service.rows.block import SentColumn
from elanus.service.rows.data import SentRows
from elanus.service.schema.drafts import FieldDraft
from unit.engine.samples import QUIET, SCHEMA, created, rows

RANK = FieldDraft("rank", DataType.INT64, nullable=True, default=7)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine.open(tmp_path / "db", QUIET)
    yield engine
    engine.close()


@pytest.fixture
def service(engine: Engine) -> Service:
    return Service(engine)


@pytest.fixture
def films(engine: Engine) -> Collection:
    return created(engine)


def sent(ids: list[int], schema_timestamp: int = 0) -> SentRows:
    batch = rows(ids)
    kinds = {"id": DataType.INT64, "v": DataType.FLOAT_VECTOR, "n": DataType.INT64}
    columns = [SentColumn(name, kinds[name], batch.column(name)) for name in kinds]
    return SentRows(columns, len(ids), schema_timestamp=schema_timestamp)


def test_writers_and_readers_do_not_notice(service: Service, films: Collection) -> None:
    """Inserts that say no schema all arrive while a field comes and goes; every answer is whole."""
    begun, done = threading.Event(), threading.Event()

    def write(first: int) -> int:
        count = 0
        while not done.is_set() or not count:
            service.data.insert(films, sent([first + count]))
            count += 1
            begun.set()
        return count

    def read() -> None:
        while not done.is_set():
            found = query(films.view, QuerySpec(filter="id >= 0", output_fields=("*",))).columns
            assert len({len(column) for column in found.values()}) == 1

    with ThreadPoolExecutor() as crowd:
        writers = [crowd.submit(write, first) for first in (0, 1_000_000)]
        reader = crowd.submit(read)
        assert begun.wait(30)
        for _ in range(15):
            service.fields.add(films, RANK)
            films.flush()
            time.sleep(0.01)
            service.fields.drop(films, "rank")
        done.set()
        written = sum(writer.result() for writer in writers)
        reader.result()
    assert written > 15
    assert films.row_count() == written


def test_a_client_that_says_its_schema_is_told(service: Service, films: Collection) -> None:
    known = schema_timestamp(films)
    service.data.insert(films, sent([1], known))
    service.fields.add(films, RANK)
    with pytest.raises(SchemaMismatch, match="collection schema mismatch"):
        service.data.insert(films, sent([2], known))
    service.data.insert(films, sent([2], schema_timestamp(films)))
    assert films.row_count() == 2


def test_a_filter_on_a_field_that_was_dropped_deletes_nothing(service: Service, films: Collection) -> None:
    service.data.insert(films, sent([1, 2]))
    compiled = compile_filter("n >= 0", films.schema)
    service.fields.drop(films, "n")
    with pytest.raises(SchemaMismatch):
        films.delete_where(compiled)
    assert films.row_count() == 2


def test_only_one_clustering_key(service: Service, films: Collection) -> None:
    service.fields.add(films, FieldDraft("a", DataType.INT64, nullable=True, is_clustering_key=True))
    with pytest.raises(ParameterInvalid, match="already has another clustering key field, field name: b"):
        service.fields.add(films, FieldDraft("b", DataType.INT64, nullable=True, is_clustering_key=True))
    with pytest.raises(ParameterInvalid, match="cannot drop clustering key field: a"):
        service.fields.drop(films, "a")


def test_a_refused_field_leaves_no_trace(service: Service, films: Collection) -> None:
    before = films.schema
    for draft in (FieldDraft("v2", DataType.FLOAT_VECTOR, nullable=True), FieldDraft("n", DataType.INT64)):
        with pytest.raises(Error):
            service.fields.add(films, draft)
    with pytest.raises(ParameterInvalid, match="field name is empty"):
        service.fields.drop(films)
    with pytest.raises(ParameterInvalid, match="field not found: 999"):
        service.fields.drop(films, field_id=999)
    assert films.schema is before


def test_what_clients_of_2_6_send(service: Service, films: Collection) -> None:
    table = handlers(service)
    call = table[path("AddCollectionField")]
    field = schema_pb2.FieldSchema(name="rank", data_type=DataType.INT64, nullable=True)
    request = milvus_pb2.AddCollectionFieldRequest(collection_name="films", schema=field.SerializeToString())
    assert call(request, CallContext()).code == 0
    assert films.schema.field("rank").id == 103
    assert call(request, CallContext()).reason == "duplicated field name rank: invalid parameter"
    broken = milvus_pb2.AddCollectionFieldRequest(collection_name="films", schema=b"\xff")
    assert call(broken, CallContext()).code == 1100


def test_a_failure_to_alter_is_in_the_status_that_the_answer_has(service: Service, films: Collection) -> None:
    call = handlers(service)[path("AlterCollectionSchema")]
    answer = call(milvus_pb2.AlterCollectionSchemaRequest(collection_name=films.name), CallContext())
    assert (answer.alter_status.code, answer.alter_status.reason) == (
        1100,
        "action is nil in alter schema task: invalid parameter",
    )


def test_a_dynamic_key_that_became_a_field_survives_a_partial_update(service: Service, films: Collection) -> None:
    service.fields.set_dynamic(films, enabled=True)
    meta = SentColumn("", DataType.JSON, pa.array([b'{"rank": 1}', b'{"rank": 2}'], pa.large_binary()), is_dynamic=True)
    service.data.insert(films, SentRows([*sent([1, 2]).columns, meta], 2))
    service.fields.add(films, RANK)
    update = [SentColumn("id", DataType.INT64, pa.array([1])), SentColumn("rank", DataType.INT64, pa.array([9]))]
    service.data.upsert(films, SentRows(update, 1, partial_update=True))
    found = query(films.view, QuerySpec(filter="id >= 0", output_fields=("id", "rank", "$meta"))).columns
    by_id = np.argsort(found["id"].to_numpy())
    assert found["rank"].take(pa.array(by_id)).to_pylist() == [9, 7]
    assert found["$meta"].take(pa.array(by_id)).to_pylist() == [b'{"rank": 1}', b'{"rank": 2}']
    again = SentColumn("", DataType.JSON, pa.array([b'{"rank": 3}'], pa.large_binary()), is_dynamic=True)
    with pytest.raises(ParameterInvalid, match="dynamic field name cannot include the static field name: rank"):
        service.data.upsert(films, SentRows([update[0], again], 1, partial_update=True))


def test_fields_of_a_function_stay(service: Service, engine: Engine) -> None:
    text = Field(103, "text", DataType.VARCHAR, max_length=99, enable_analyzer=True)
    terms = Field(104, "terms", DataType.SPARSE_FLOAT_VECTOR, is_function_output=True)
    bm25 = Function(1, "words", FunctionType.BM25, ("text",), ("terms",))
    schema = replace(SCHEMA, name="books", fields=(*SCHEMA.fields, text, terms), functions=(bm25,))
    books = engine.create_collection("", NewCollection(schema))
    with pytest.raises(ParameterInvalid, match="field is referenced by function words as input"):
        service.fields.drop(books, "text")
    with pytest.raises(ParameterInvalid, match="field is referenced by function words as output, drop function first"):
        service.fields.drop(books, "terms")
    service.fields.add(books, RANK)
    assert books.schema.functions == (bm25,)
