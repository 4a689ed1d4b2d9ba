"""Full-text search against BM25 computed by the book: a loop over all rows of a collection."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.errors import ParameterInvalid, Rejected
from elanus.schema.function import FunctionType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType
from elanus.search.requests import SearchSpec
from elanus.service import Service
from elanus.service.rows.block import SentColumn
from elanus.service.rows.data import Deletion, SentRows
from elanus.service.schema.drafts import CollectionDraft, FieldDraft, FunctionDraft, IndexDraft
from elanus.service.search.hybrid import HybridSpec
from elanus.service.search.query_texts import Texts
from elanus.service.search.rerank import ReciprocalRank
from unit.engine.samples import QUIET, eventually

WORDS = [f"w{number}" for number in range(60)]
SHARE = 1 / np.arange(2, 62)
FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("text", DataType.VARCHAR, params={"max_length": "999", "enable_analyzer": "true"}),
    FieldDraft("terms", DataType.SPARSE_FLOAT_VECTOR),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
)
BM25 = (FunctionDraft("f", FunctionType.BM25, ("text",), ("terms",)),)


@dataclass
class Library:
    """A collection and its rows as a dictionary; counted: every text that statistics are of."""

    service: Service
    collection: Collection
    texts: dict[int, list[str]] = field(default_factory=dict)
    counted: list[list[str]] = field(default_factory=list)

    def insert(self, count: int) -> None:
        random = np.random.default_rng(len(self.counted))
        first = len(self.counted)
        rows = [random.choice(WORDS, random.integers(0, 25), p=SHARE / SHARE.sum()).tolist() for _ in range(count)]
        self.texts |= dict(enumerate(rows, first))
        self.counted += rows
        self.service.data.insert(self.collection, _sent(range(first, first + count), rows))

    def search(self, query: str, k: int = 10, **more) -> dict[int, float]:
        """Score by id."""
        spec = SearchSpec("terms", k, **more)
        found = self.service.searches.search(self.collection, spec, Texts((query,)))
        return dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))

    def truth(self, query: str, k1: float = 1.2, b: float = 0.75) -> dict[int, float]:
        """Every row with a score, best first."""
        rows = self.counted
        average = sum(map(len, rows)) / len(rows)
        holders = Counter(word for row in rows for word in set(row))
        scores = {}
        for key, row in self.texts.items():
            norm = k1 * (1 - b + b * len(row) / average)
            scores[key] = sum(
                math.log(1 + (len(rows) - holders[word] + 0.5) / (holders[word] + 0.5))
                * row.count(word) * (k1 + 1) / (row.count(word) + norm)
                for word in query.split() if word in row
            )  # fmt: skip
        return dict(sorted(((key, s) for key, s in scores.items() if s), key=lambda pair: -pair[1]))


def _sent(ids, rows) -> SentRows:
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.repeat(np.array(ids, np.float32), 2)), 2)
    columns = [
        SentColumn("id", DataType.INT64, pa.array(ids, pa.int64())),
        SentColumn("text", DataType.VARCHAR, pa.array([" ".join(row) for row in rows], pa.large_string())),
        SentColumn("v", DataType.FLOAT_VECTOR, vectors),
    ]
    return SentRows(columns, len(ids))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    engine = Engine.open(Path(tmp_path_factory.mktemp("texts")) / "db", QUIET)
    yield Service(engine)
    engine.close()


def library(service: Service, name: str, index: str = "SPARSE_INVERTED_INDEX", **params: str) -> Library:
    indexes = (
        IndexDraft("terms", "", {"index_type": index, "metric_type": "BM25", **params}),
        IndexDraft("v", "", {"index_type": "FLAT", "metric_type": "L2"}),
    )
    draft = CollectionDraft(name, FIELDS, functions=BM25, indexes=indexes)
    return Library(service, service.collections.create("", draft))


@pytest.fixture(scope="module")
def books(service: Service) -> Library:
    """Two sealed segments with a built index, one that is too small for one, and growing rows."""
    books = library(service, "books")
    for count in (400, 300, 12):
        books.insert(count)
        service.data.flush(books.collection)
    books.insert(60)
    indexed(books)
    return books


def indexed(books: Library) -> None:
    """Waits until every segment that is worth it has its index."""
    eventually(lambda: all(index.pending_rows == 0 for index in books.collection.indexes.statuses()))


def uses(books: Library) -> int:
    """How often the index of the terms has answered for a segment."""
    (index,) = (index for index in books.collection.indexes.statuses() if index.field == "terms")
    return index.uses


def assert_same(found: dict[int, float], wanted: dict[int, float], k: int) -> None:
    best = sorted(wanted.values(), reverse=True)[:k]
    assert list(found.values()) == pytest.approx(best, rel=1e-5)
    assert found == pytest.approx({key: wanted[key] for key in found}, rel=1e-5)


QUERIES = ["w0", "w3 w17 w40", "w5 w5 w9", "W0 w1 w2 w3 w4 w5 w6 w7", "w59 nothing"]


@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_the_formula_over_all_segments(books, query):
    before = uses(books)
    for k in (1, 10, 1000):
        assert_same(books.search(query, k), books.truth(query.lower()), k)
    assert uses(books) == before + 4, "two segments answer from their index, twice"


@pytest.mark.parametrize("query", QUERIES)
def test_a_filter_does_not_change_scores(books, query):
    wanted = {key: score for key, score in books.truth(query.lower()).items() if 10 <= key < 730}
    before = uses(books)
    assert_same(books.search(query, 10, filter="10 <= id < 730"), wanted, 10)
    assert uses(books) == before + 2


def test_nothing_is_found_by_words_that_no_row_has(books):
    assert books.search("nothing at all") == {}
    assert books.search("") == {}


def test_pages_ranges_and_groups(books):
    query = "w1 w8"
    wanted = list(books.truth(query).values())
    assert list(books.search(query, 5, offset=5).values()) == pytest.approx(wanted[5:10], rel=1e-5)
    within = list(books.search(query, 300, radius=1.0, range_filter=2.0).values())
    assert within == pytest.approx([score for score in wanted if 1.0 < score <= 2.0], rel=1e-5)
    assert list(books.search(query, 3, group_by="id").values()) == pytest.approx(wanted[:3], rel=1e-5)


def test_dropped_query_terms_are_those_of_least_weight(books):
    rare, frequent = "w50", "w0"
    found = books.search(f"{frequent} {rare}", 30, filter="id < 700", params={"drop_ratio_search": 0.5})
    assert_same(found, {key: score for key, score in books.truth(rare).items() if key < 700}, 30)
    whole = books.search(f"{frequent} {rare}", 30, filter="id < 700")
    assert set(found) < set(whole)


def test_several_queries_at_once(books):
    found = books.service.searches.search(books.collection, SearchSpec("terms", 7), Texts(tuple(QUERIES)))
    at = 0
    for query, count in zip(QUERIES, found.counts, strict=True):
        wanted = list(books.truth(query.lower()).values())[:7]
        assert found.scores[at : at + count].tolist() == pytest.approx(wanted, rel=1e-5)
        at += count


@pytest.mark.parametrize("index", ["SPARSE_INVERTED_INDEX", "SPARSE_WAND", "AUTOINDEX"])
def test_every_sparse_index_type(service, index):
    books = library(service, f"by_{index.lower()}", index)
    books.insert(300)
    service.data.flush(books.collection)
    indexed(books)
    assert_same(books.search(QUERIES[1]), books.truth(QUERIES[1]), 10)
    assert uses(books) == 1


def test_k1_and_b_are_those_of_the_index(service):
    types = ["SPARSE_INVERTED_INDEX", "SPARSE_WAND", "SPARSE_WAND"]
    for number, (k1, b) in enumerate([(0.0, 0.75), (3.0, 0.0), (2.0, 1.0)]):
        books = library(service, f"tuned{number}", types[number], bm25_k1=str(k1), bm25_b=str(b))
        books.insert(300)
        service.data.flush(books.collection)
        indexed(books)
        books.insert(30)
        assert_same(books.search(QUERIES[3]), books.truth(QUERIES[3].lower(), k1, b), 10)


def test_statistics_follow_writes_and_count_the_deleted(service):
    books = library(service, "changing")
    books.insert(80)
    before = books.search("w2")
    books.insert(40)
    assert_same(books.search("w2"), books.truth("w2"), 10)
    assert books.search("w2") != before
    service.data.delete(books.collection, Deletion("id < 60", {}))
    books.texts = {key: row for key, row in books.texts.items() if key >= 60}
    assert_same(books.search("w2"), books.truth("w2"), 10)


def test_an_upsert_computes_anew(service):
    books = library(service, "upserted")
    books.insert(30)
    service.data.upsert(books.collection, _sent([7], [["unheard", "w0"]]))
    assert set(books.search("unheard")) == {7}
    partial = SentRows(
        [
            SentColumn("id", DataType.INT64, pa.array([8], pa.int64())),
            SentColumn("text", DataType.VARCHAR, pa.array(["unseen"], pa.large_string())),
        ],
        1,
        partial_update=True,
    )
    service.data.upsert(books.collection, partial)
    assert set(books.search("unseen")) == {8}


def test_hybrid_search_joins_words_and_vectors(books):
    searches = [
        (SearchSpec("terms", 5), Texts(("w33",))),
        (SearchSpec("v", 5), np.array([[40, 40]], np.float32)),
    ]
    found = books.service.searches.hybrid_search(books.collection, HybridSpec(searches, ReciprocalRank(60), k=10))
    assert {38, 39, 40, 41, 42} <= set(found.ids.to_pylist())
    assert set(list(books.truth("w33"))[:3]) <= set(found.ids.to_pylist())


def test_reopened_collections_search_the_same(tmp_path):
    engine = Engine.open(tmp_path / "db", QUIET)
    books = library(Service(engine), "books")
    books.insert(50)
    books.service.data.flush(books.collection)
    books.insert(20)
    wanted = books.search("w1 w4")
    engine.close()
    engine = Engine.open(tmp_path / "db", QUIET)
    try:
        collection = engine.collection("", "books")
        assert collection.schema == books.collection.schema
        books = Library(Service(engine), collection, books.texts, books.counted)
        assert books.search("w1 w4") == pytest.approx(wanted)
        assert_same(wanted, books.truth("w1 w4"), 10)
    finally:
        engine.close()


def test_queries_that_a_field_does_not_take(books):
    search = books.service.searches.search
    with pytest.raises(ParameterInvalid, match="please provide varchar/text for BM25 Function based search, got Float"):
        search(books.collection, SearchSpec("terms", 3), np.zeros((1, 2), np.float32))
    with pytest.raises(Rejected, match="field v - type FloatVector cannot be searched with texts"):
        search(books.collection, SearchSpec("v", 3), Texts(("a",)))
    with pytest.raises(ParameterInvalid, match="metric type not match"):
        books.search("w0", metric=Metric.IP)
    with pytest.raises(Rejected, match="not allowed to retrieve raw data of field terms"):
        books.search("w0", output_fields=("terms",))
    with pytest.raises(Rejected, match="not allowed to retrieve raw data of field terms"):
        books.service.searches.search_by_ids(books.collection, SearchSpec("terms", 3), (1,))
