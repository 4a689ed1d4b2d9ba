"""A BM25 function that is added later: searches find what they would find had it been there from the beginning."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.requests import IndexRequest
from elanus.errors import Error, NotImplementedYet
from elanus.schema.field import Field
from elanus.schema.function import Function, FunctionType
from elanus.schema.types import DataType
from elanus.search.requests import SearchSpec
from elanus.service import Service
from elanus.service.functions import AddedFunction
from elanus.service.rows.block import SentColumn
from elanus.service.rows.data import Deletion, SentRows
from elanus.service.schema.drafts import CollectionDraft, FieldDraft, FunctionDraft, IndexDraft
from elanus.service.search.query_texts import Texts
from unit.engine.samples import QUIET, compacted, eventually

WORDS = np.array([f"w{number}" for number in range(40)])
QUERIES = ("w0", "w3 w17", "w5 w5 w9 nothing")
FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("text", DataType.VARCHAR, params={"max_length": "999", "enable_analyzer": "true"}),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
)
TERMS = FieldDraft("terms", DataType.SPARSE_FLOAT_VECTOR)
BM25 = FunctionDraft("f", FunctionType.BM25, ("text",), ("terms",))
PARAMS = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "BM25"}
ADDED = AddedFunction(BM25, TERMS, IndexRequest("terms", "terms", PARAMS))
OUTPUT = Field(0, "terms", DataType.SPARSE_FLOAT_VECTOR, is_function_output=True)
FUNCTION = Function(100, "f", FunctionType.BM25, ("text",), ("terms",))
FLAT = IndexDraft("v", "", {"index_type": "FLAT", "metric_type": "L2"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db"


@pytest.fixture
def service(path: Path) -> Iterator[Service]:
    engine = Engine.open(path, QUIET)
    yield Service(engine)
    engine.close()


@pytest.fixture
def early(service: Service) -> Collection:
    """Has the function from the beginning."""
    indexes = (FLAT, IndexDraft("terms", "", PARAMS))
    return service.collections.create(
        "", CollectionDraft("early", (*FIELDS, TERMS), functions=(BM25,), indexes=indexes)
    )


@pytest.fixture
def late(service: Service) -> Collection:
    """Gets it later."""
    return service.collections.create("", CollectionDraft("late", FIELDS, indexes=(FLAT,)))


def insert(service: Service, ids: range, *collections: Collection) -> None:
    random = np.random.default_rng(ids.start)
    texts = [" ".join(random.choice(WORDS, random.integers(0, 20))) for _ in ids]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.repeat(np.array(ids, np.float32), 2)), 2)
    columns = [
        SentColumn("id", DataType.INT64, pa.array(ids, pa.int64())),
        SentColumn("text", DataType.VARCHAR, pa.array(texts, pa.large_string())),
        SentColumn("v", DataType.FLOAT_VECTOR, vectors),
    ]
    for collection in collections:
        service.data.insert(collection, SentRows(columns, len(ids)))


def found(service: Service, collection: Collection, query: str) -> dict[int, float]:
    result = service.searches.search(collection, SearchSpec("terms", 500), Texts((query,)))
    return dict(zip(result.ids.tolist(), result.scores.tolist(), strict=True))


def assert_alike(service: Service, early: Collection, late: Collection) -> None:
    for query in QUERIES:
        wanted = found(service, early, query)
        assert found(service, late, query) == pytest.approx(wanted, rel=1e-6)
    assert found(service, late, "w0")


def indexed(collection: Collection) -> None:
    eventually(lambda: all(index.pending_rows == 0 for index in collection.indexes.statuses()))


def test_rows_that_were_there_are_found_when_the_call_returns(service, early, late):
    insert(service, range(120), early, late)
    for collection in (early, late):
        service.data.flush(collection)
    insert(service, range(120, 150), early, late)
    service.data.delete(early, Deletion("id in [3, 5, 130]", {}))
    service.data.delete(late, Deletion("id in [3, 5, 130]", {}))
    service.functions.add_with_output(late, ADDED)
    assert_alike(service, early, late)
    insert(service, range(150, 160), early, late)
    assert_alike(service, early, late)


def test_its_index_is_built_over_segments_that_were_there(service, early, late):
    insert(service, range(120), early, late)
    for collection in (early, late):
        service.data.flush(collection)
    service.functions.add_with_output(late, ADDED)
    for collection in (early, late):
        indexed(collection)
    (index,) = (one for one in late.indexes.statuses() if one.field == "terms")
    assert (index.name, index.indexed_rows) == ("terms", 120)
    assert_alike(service, early, late)


def test_a_merge_writes_what_was_computed(service, early, late):
    for first in (0, 60):
        insert(service, range(first, first + 60), early, late)
        service.data.flush(late)
    service.functions.add_with_output(late, ADDED)
    service.data.delete(late, Deletion("id == 7", {}))
    service.data.delete(early, Deletion("id == 7", {}))
    assert compacted(late) == 1
    (segment,) = (one for one in late.view.segments if not one.is_growing)
    assert "terms" in segment.blocks[0].batch.schema.names
    assert set(found(service, late, "w0")) == set(found(service, early, "w0"))


def test_it_is_there_after_an_end_without_warning(service, early, late, path, tmp_path):
    """Rows in the log that are older than the function are computed when the log is read."""
    insert(service, range(90), early, late)
    service.data.flush(late)
    insert(service, range(90, 100), early, late)
    late.fields.add_computed(OUTPUT, FUNCTION, ADDED.index)  # without sealing what grows
    insert(service, range(100, 110), early, late)
    wanted = {query: found(service, early, query) for query in QUERIES}
    copy = tmp_path / "as it was when the power went"
    shutil.copytree(path, copy)
    engine = Engine.open(copy, QUIET)
    try:
        again = Service(engine)
        collection = again.collections.get("", "late")
        assert {query: found(again, collection, query) for query in QUERIES} == {
            query: pytest.approx(scores, rel=1e-6) for query, scores in wanted.items()
        }
    finally:
        engine.close()


def test_dropped_it_is_as_it_was_and_may_come_again(service, early, late):
    insert(service, range(80), early, late)
    service.data.flush(late)
    service.functions.add_with_output(late, ADDED)
    service.functions.drop_with_output(late, "f")
    assert [field.name for field in late.schema.fields] == ["id", "text", "v"]
    assert late.schema.functions == ()
    assert [index.field for index in late.indexes.statuses()] == ["v"]
    service.functions.add_with_output(late, ADDED)
    assert late.schema.by_name["terms"].id == 104, "never the number of a field there was"
    assert_alike(service, early, late)


REFUSALS = {
    "another output": (
        replace(ADDED, function=replace(BM25, outputs=("other",))),
        'must be the newly-added field "terms"',
    ),
    "two inputs": (replace(ADDED, function=replace(BM25, inputs=("text", "id"))), "exactly one input field"),
    "no such input": (
        replace(ADDED, function=replace(BM25, inputs=("words",))),
        "function input field not found: words",
    ),
    "no text": (replace(ADDED, function=replace(BM25, inputs=("id",))), "must be a VARCHAR field"),
    "no sparse vector": (
        replace(ADDED, output=FieldDraft("terms", DataType.FLOAT_VECTOR, params={"dim": "2"})),
        "must be a SparseFloatVector field",
    ),
    "nullable": (replace(ADDED, output=replace(TERMS, nullable=True)), "cannot be nullable"),
    "a field there is": (
        replace(ADDED, output=replace(TERMS, name="text"), function=replace(BM25, outputs=("text",))),
        "duplicated field name text",
    ),
    "an index name there is": (replace(ADDED, index=IndexRequest("terms", "v", PARAMS)), "index name v already exists"),
    "another metric": (
        replace(ADDED, index=IndexRequest("terms", "terms", {**PARAMS, "metric_type": "IP"})),
        "BM25",
    ),
    "an embedding": (
        replace(ADDED, function=replace(BM25, type=FunctionType.TEXT_EMBEDDING)),
        "only BM25 and MinHash functions are supported",
    ),
}


@pytest.mark.parametrize(("added", "why"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_cannot_be_added_is_refused_and_leaves_no_trace(service, late, added, why):
    insert(service, range(30), late)
    before = late.schema
    with pytest.raises(Error, match=why):
        service.functions.add_with_output(late, added)
    assert late.schema == before
    assert [index.field for index in late.indexes.statuses()] == ["v"]


def test_a_function_of_that_name_and_one_that_is_not_offered_are_refused(service, late):
    service.functions.add_with_output(late, ADDED)
    again = AddedFunction(
        replace(BM25, outputs=("more",)), replace(TERMS, name="more"), IndexRequest("more", "m", PARAMS)
    )
    with pytest.raises(Error, match="function already exists, name: f"):
        service.functions.add_with_output(late, again)
    hashing = replace(again, function=replace(BM25, type=FunctionType.MIN_HASH))
    with pytest.raises(NotImplementedYet, match="functions of type MinHash"):
        service.functions.add_with_output(late, hashing)
