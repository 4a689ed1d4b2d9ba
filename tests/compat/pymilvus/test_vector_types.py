"""Every vector type, through the real client: in and out unchanged, and found as plain numpy finds it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from pymilvus import AnnSearchRequest, DataType, MilvusException, RRFRanker
from scipy.sparse import csr_array, csr_matrix

import elanus
from compat.pymilvus.vector_kinds import CASES, DIM, KINDS, WORDS, Kind, best_first, scores

COUNT = 200
INDEXED = 1100
"""A sealed segment with fewer rows than 1024 gets no index."""


def create(client, name: str, kind: Kind, metric: str, *, index: str = "", nullable: bool = False) -> None:
    """index  "" = the automatic one; else with the parameters that make it exhaustive"""
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", kind.type, nullable=nullable, **kind.field)
    schema.add_field("n", DataType.INT32)
    indexes = client.prepare_index_params()
    params = kind.exhaustive[0] if index else {}
    indexes.add_index("v", index_type=index or "AUTOINDEX", metric_type=metric, params=params)
    client.create_collection(name, schema=schema, index_params=indexes)


def rows_of(values: list[Any], first: int = 0) -> list[dict[str, Any]]:
    return [{"id": first + at, "v": value, "n": (first + at) % 7} for at, value in enumerate(values)]


def filled(client, name: str, kind: Kind, metric: str, count: int = COUNT, index: str = "") -> list[Any]:
    """A collection with rows 0..count-1; what was sent."""
    create(client, name, kind, metric, index=index)
    sent = kind.sent(np.random.default_rng(1), count)
    client.insert(name, rows_of(sent))
    return sent


def search(client, name: str, kind: Kind, queries: list[Any], **more: Any) -> Any:
    return client.search(name, [kind.asked(query) for query in queries], **more)


def check_hits(hits, kind: Kind, metric: str, sent: list[Any], query: Any, k: int, among: Any = None) -> None:
    """The scores are the best there are, and each is that of its row."""
    every = scores(kind.values(sent), kind.values([query])[0], metric)
    among = np.arange(len(sent)) if among is None else np.asarray(among)
    ids = [hit["id"] for hit in hits]
    assert len(set(ids)) == len(ids) == min(k, len(among))
    assert set(ids) <= set(among.tolist())
    found = [hit["distance"] for hit in hits]
    assert found == pytest.approx(every[ids], rel=1e-4, abs=1e-4)
    assert found == pytest.approx(best_first(every[among], metric)[:k], rel=1e-4, abs=1e-4)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client in this process, for what no door decides."""
    with closing(elanus.MilvusClient(tmp_path_factory.mktemp("types") / "data.db")) as client:
        yield client


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture(params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[Kind, str]:
    name, metric = request.param
    return KINDS[name], metric


def test_rows_come_back_as_they_were_sent(client, name, kind):
    sent = filled(client, name, kind, kind.metrics[0], 20)
    for row in client.query(name, filter="id >= 0", output_fields=["v"]):
        assert np.array_equal(kind.shown(row["v"]), sent[row["id"]])
    (row,) = client.get(name, [7], output_fields=["*"])
    assert np.array_equal(kind.shown(row["v"]), sent[7])
    (hits,) = search(client, name, kind, [sent[5]], limit=3, output_fields=["v"])
    for hit in hits:
        assert np.array_equal(kind.shown(hit["entity"]["v"]), sent[hit["id"]])


def test_search(client, name, case):
    kind, metric = case
    sent = filled(client, name, kind, metric)
    queries = kind.sent(np.random.default_rng(2), 3)
    for query, hits in zip(queries, search(client, name, kind, queries, limit=12), strict=True):
        check_hits(hits, kind, metric, sent, query, 12)
    (hits,) = search(client, name, kind, queries[:1], limit=12, filter="n == 3")
    check_hits(hits, kind, metric, sent, queries[0], 12, among=range(3, COUNT, 7))


def test_search_through_an_index(here, name, case):
    kind, metric = case
    exhaustive = kind.exhaustive[1]
    sent = filled(here, name, kind, metric, INDEXED, index=kind.index)
    here.flush(name)
    wait_until_built(here, name)
    queries = kind.sent(np.random.default_rng(2), 2)
    for query, hits in zip(
        queries, search(here, name, kind, queries, limit=10, search_params={"params": exhaustive}), strict=True
    ):
        check_hits(hits, kind, metric, sent, query, 10)
    among = np.flatnonzero(np.arange(INDEXED) % 7 != 3)
    (hits,) = search(here, name, kind, queries[:1], limit=10, filter="n != 3", search_params={"params": exhaustive})
    check_hits(hits, kind, metric, sent, queries[0], 10, among=among)


def wait_until_built(client, name: str) -> None:
    """Until every sealed row is in the index of the vectors."""
    while (index := client.describe_index(name, "v"))["pending_index_rows"]:
        time.sleep(0.02)
    assert index["indexed_rows"] >= INDEXED


def test_range_search(here, name, case):
    kind, metric = case
    sent = filled(here, name, kind, metric)
    query = sent[3]
    every = scores(kind.values(sent), kind.values([query])[0], metric)
    low, high = (np.quantile(every, [0.2, 0.5]) + 1e-3).tolist()
    similarity = metric in ("IP", "COSINE")
    radius, range_filter = (low, high) if similarity else (high, low)
    params = {"params": {"radius": radius, "range_filter": range_filter}}
    (hits,) = search(here, name, kind, [query], limit=COUNT, search_params=params)
    inside = (every > low) & (every <= high) if similarity else (every >= low) & (every < high)
    assert {hit["id"] for hit in hits} == set(np.flatnonzero(inside).tolist())
    assert 0 < len(hits) < COUNT


def test_group_by(here, name, kind):
    metric = kind.metrics[0]
    sent = filled(here, name, kind, metric)
    if kind.type is DataType.BINARY_VECTOR:
        with pytest.raises(
            MilvusException, match="not support search_group_by operation based on binary vector column"
        ):
            search(here, name, kind, [sent[0]], limit=7, group_by_field="n")
        return
    (hits,) = search(here, name, kind, [sent[0]], limit=7, group_by_field="n", output_fields=["n"])
    every = scores(kind.values(sent), kind.values([sent[0]])[0], metric)
    best = best_first(np.array([best_first(every[group::7], metric)[0] for group in range(7)]), metric)
    assert sorted(hit["entity"]["n"] for hit in hits) == list(range(7))
    assert [hit["distance"] for hit in hits] == pytest.approx(best, rel=1e-4, abs=1e-4)


def test_iterator_returns_every_row_once(here, name, kind):
    sent = filled(here, name, kind, kind.metrics[0])
    pages = here.search_iterator(name, [kind.asked(sent[0])], batch_size=30, limit=COUNT)
    ids = []
    while page := pages.next():
        ids += [hit["id"] for hit in page]
    pages.close()
    assert sorted(ids) == list(range(COUNT))


def test_upsert_and_delete(here, name, kind):
    metric = kind.metrics[0]
    sent = filled(here, name, kind, metric, 50)
    fresh = kind.sent(np.random.default_rng(3), 10)
    here.upsert(name, rows_of(fresh, 45))
    here.delete(name, ids=[0, 1])
    now = sent[:45] + fresh
    (hits,) = search(here, name, kind, [fresh[0]], limit=100)
    check_hits(hits, kind, metric, now, fresh[0], 100, among=range(2, 55))
    here.upsert(name, [{"id": 46, "n": 100}], partial_update=True)
    (row,) = here.get(name, [46])
    assert (row["n"], np.array_equal(kind.shown(row["v"]), fresh[1])) == (100, True)


def test_search_by_ids_is_search_by_their_vectors(here, name, kind):
    sent = filled(here, name, kind, kind.metrics[0])
    by_vectors = search(here, name, kind, [sent[9], sent[4]], limit=5)
    by_ids = here.search(name, ids=[9, 4], limit=5)
    assert [[hit["id"] for hit in hits] for hits in by_ids] == [[hit["id"] for hit in hits] for hits in by_vectors]


def test_hybrid_search_over_fields_of_all_types(client, name):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    indexes = client.prepare_index_params()
    for field, kind in KINDS.items():
        schema.add_field(field, kind.type, **kind.field)
        indexes.add_index(field, index_type="AUTOINDEX", metric_type=kind.metrics[-1])
    client.create_collection(name, schema=schema, index_params=indexes)
    rng = np.random.default_rng(4)
    sent = {field: kind.sent(rng, 60) for field, kind in KINDS.items()}
    client.insert(name, [{"id": at, **{field: rows[at] for field, rows in sent.items()}} for at in range(60)])
    requests = [AnnSearchRequest([kind.asked(sent[field][8])], field, {}, limit=60) for field, kind in KINDS.items()]
    (hits,) = client.hybrid_search(name, requests, RRFRanker(60), limit=60, output_fields=list(KINDS))
    assert hits[0]["id"] == 8
    assert hits[0]["distance"] == pytest.approx(len(KINDS) / 61, rel=1e-3)
    for field, kind in KINDS.items():
        assert np.array_equal(kind.shown(hits[0]["entity"][field]), sent[field][8])


@pytest.mark.parametrize("form", ["dicts", "pairs", "csr_matrix", "csr_array", "rows of csr"])
def test_forms_of_sparse_vectors(here, name, form):
    kind = KINDS["sparse"]
    create(here, name, kind, "IP")
    rows = kind.sent(np.random.default_rng(5), 6)
    matrix = kind.values(rows).astype(np.float32)
    sent = {
        "dicts": rows,
        "pairs": [list(row.items())[::-1] for row in rows],
        "csr_matrix": csr_matrix(matrix),
        "csr_array": csr_array(matrix),
        "rows of csr": [csr_matrix(row[None]) for row in matrix],
    }[form]
    values = [sent[[at]] for at in range(6)] if form.startswith("csr") else list(sent)
    here.insert(name, rows_of(values))
    for row in here.query(name, filter="id >= 0", output_fields=["v"]):
        assert row["v"] == pytest.approx(rows[row["id"]])
    queries = values if form.startswith("csr") else sent  # the client cannot search with a whole matrix
    for query, hits in zip(rows, here.search(name, queries, limit=6), strict=True):
        check_hits(hits, kind, "IP", rows, query, 6)


def test_a_sparse_row_without_entries_is_kept_and_never_found(here, name):
    kind = KINDS["sparse"]
    create(here, name, kind, "IP")
    here.insert(name, rows_of([{}, {3: 1.0}, {4: 1.0}]))
    assert here.get(name, [0])[0]["v"] == {}
    assert [hit["id"] for hit in here.search(name, [{3: 2.0, 9: 1.0}], limit=3)[0]] == [1]
    assert here.search(name, [{}], limit=3) == [[]]


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_halves_take_float32_rows_and_queries(here, name, half):
    kind = KINDS[half]
    create(here, name, kind, "L2")
    floats = np.random.default_rng(6).standard_normal((30, DIM)).astype(np.float32)
    here.insert(name, rows_of(floats.tolist()))
    kept = [row["v"][0] for row in here.query(name, filter="id >= 0", output_fields=["v"])]
    assert kind.values(kept) == pytest.approx(floats, rel=2**-8 if half == "bfloat16" else 2**-11)
    (hits,) = here.search(name, [floats[4].tolist()], limit=1)
    assert (hits[0]["id"], hits[0]["distance"]) == (4, 0.0)


def test_rows_without_a_vector(here, name, kind):
    metric = kind.metrics[0]
    create(here, name, kind, metric, index=kind.index, nullable=True)
    sent = kind.sent(np.random.default_rng(8), 2 * INDEXED)
    rows = rows_of([vector if at % 2 else None for at, vector in enumerate(sent)])
    del rows[2]["v"]
    here.insert(name, rows)
    odd = range(1, len(sent), 2)
    params = {"params": kind.exhaustive[1]}
    (growing,) = search(here, name, kind, [sent[3]], limit=10, search_params=params)
    check_hits(growing, kind, metric, sent, sent[3], 10, among=odd)
    here.flush(name)
    wait_until_built(here, name)
    (indexed,) = search(here, name, kind, [sent[3]], limit=10, output_fields=["v"], search_params=params)
    check_hits(indexed, kind, metric, sent, sent[3], 10, among=odd)
    assert all(np.array_equal(kind.shown(hit["entity"]["v"]), sent[hit["id"]]) for hit in indexed)
    shown = here.get(name, [1, 2, 4, 5], output_fields=["v"])
    assert [row["v"] is None for row in shown] == [False, True, True, False]
    assert [np.array_equal(kind.shown(row["v"]), sent[row["id"]]) for row in (shown[0], shown[3])] == [True, True]
    here.upsert(name, [{"id": 3, "v": None, "n": 0}, {"id": 2, "v": sent[3], "n": 0}])
    (hits,) = search(here, name, kind, [sent[3]], limit=10, search_params=params)
    check_hits(hits, kind, metric, [*sent[:2], sent[3], *sent[3:]], sent[3], 10, among=[1, 2, *odd[2:]])
    with pytest.raises(MilvusException, match=r"rows without a vector in field v, primary keys: \[4\]"):
        here.search(name, ids=[4], limit=1)


def test_what_a_field_does_not_take_leaves_no_trace(here, name):
    create(here, name, KINDS["float16"], "L2")
    for value, text in [
        (np.full(DIM, np.nan, np.float16), "float16 vector contain nan or infinity value"),
        ([1e6] * DIM, "float16 vector contain nan or infinity value"),
        (np.ones(DIM + 1, np.float32), "the dim .17. of field data.v. is not equal to schema dim .16."),
        (np.ones(DIM + 1, np.float16), "is not a multiple of its dim"),
    ]:
        with pytest.raises(MilvusException, match=text):
            here.insert(name, rows_of([value]))
    assert here.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"] == 0


def test_sparse_rows_a_field_does_not_take(here, name):
    create(here, name, KINDS["sparse"], "IP")
    for value, text in [
        ({3: -1.0}, "negative value in sparse float vector"),
        ({3: float("inf")}, "not a number or infinity"),
        ([(3, 1.0), (3, 2.0)], "unsorted or same indices in sparse float vector"),
    ]:
        with pytest.raises(MilvusException, match=text):
            here.insert(name, rows_of([value]))
        with pytest.raises(MilvusException, match="Invalid sparse row"):
            here.search(name, [value], limit=1)


def test_queries_of_another_type_or_dimension(here, name):
    create(here, name, KINDS["binary"], "HAMMING")
    text = "vector type must be the same, field v - type VECTOR_BINARY, search info type VECTOR_FLOAT$"
    with pytest.raises(MilvusException, match=text.replace("$", "")):
        here.search(name, [[0.5] * DIM], limit=1)
    with pytest.raises(MilvusException, match=r"vector dimension mismatch, expected vector size\(byte\) 2, actual 3"):
        here.search(name, [bytes(3)], limit=1)
    with pytest.raises(MilvusException, match=r"metric type not match.*expected=HAMMING.*actual=L2"):
        here.search(name, [bytes(2)], limit=1, search_params={"metric_type": "L2"})


@pytest.mark.parametrize(
    ("type", "params", "text"),
    [
        (
            DataType.BINARY_VECTOR,
            {"dim": 12},
            "invalid dimension: 12 of field v. binary vector dimension should be multiple",
        ),
        (DataType.BINARY_VECTOR, {"dim": 262152}, "should be in range 2 ~ 262144"),
        (DataType.FLOAT16_VECTOR, {"dim": 1}, "invalid dimension: 1 of field v. should be in range 2 ~ 32768"),
        (DataType.INT8_VECTOR, {"dim": 32769}, "should be in range 2 ~ 32768"),
        (DataType.SPARSE_FLOAT_VECTOR, {"dim": 8}, r"dim should not be specified for sparse vector field v\(101\)"),
    ],
)
def test_dimensions(here, name, type, params, text):
    schema = here.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", type, **params)
    with pytest.raises(MilvusException, match=text):
        here.create_collection(name, schema=schema)


def test_a_metric_of_another_kind_is_refused(here, name):
    for kind, metric, text in [
        ("binary", "L2", "binary vector index does not support metric type: L2"),
        ("int8", "HAMMING", "int vector index does not support metric type: HAMMING"),
        ("sparse", "L2", "only IP&BM25 is the supported metric type for sparse index"),
        ("float16", "JACCARD", "float vector index does not support metric type: JACCARD"),
    ]:
        with pytest.raises(MilvusException, match=text):
            create(here, f"{name}_{kind}", KINDS[kind], metric)


def test_the_largest_sparse_index(here, name):
    create(here, name, KINDS["sparse"], "IP")
    here.insert(name, rows_of([{2**32 - 2: 1.5}, {WORDS: 1.0}]))
    (hits,) = here.search(name, [{2**32 - 2: 2.0}], limit=2, output_fields=["v"])
    assert [(hit["id"], hit["distance"], hit["entity"]["v"]) for hit in hits] == [(0, 3.0, {2**32 - 2: 1.5})]


def test_compaction_and_restart_keep_every_type(tmp_path, kind):
    metric = kind.metrics[0]
    with closing(elanus.MilvusClient(tmp_path / "data.db")) as client:
        create(client, "c", kind, metric)
        sent = kind.sent(np.random.default_rng(7), 90)
        for first in (0, 30, 60):
            client.insert("c", rows_of(sent[first : first + 30], first))
            client.flush("c")
        client.delete("c", ids=[5])
        client.compact("c")
        (hits,) = search(client, "c", kind, [sent[5]], limit=100)
        check_hits(hits, kind, metric, sent, sent[5], 100, among=[*range(5), *range(6, 90)])
        client.insert("c", rows_of(sent[:1], 90))
    with closing(elanus.MilvusClient(tmp_path / "data.db")) as client:
        client.load_collection("c")
        (hits,) = search(client, "c", kind, [sent[5]], limit=100)
        check_hits(hits, kind, metric, [*sent, sent[0]], sent[5], 100, among=[*range(5), *range(6, 91)])
        for row in client.query("c", filter="id >= 0", output_fields=["v"]):
            assert np.array_equal(kind.shown(row["v"]), [*sent, sent[0]][row["id"]])


def test_rows_without_an_index_are_compared_by_the_elements_it_declares(client) -> None:
    """32-bit signatures share many bytes and few elements: growing rows count elements, as the index will."""
    signatures = np.random.default_rng(5).integers(0, 300, (60, 16), np.uint32)
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.BINARY_VECTOR, dim=512)
    indexes = client.prepare_index_params()
    params = {"mh_lsh_band": 8, "mh_element_bit_width": 32}
    indexes.add_index("v", index_type="MINHASH_LSH", metric_type="MHJACCARD", params=params)
    client.create_collection("signed", schema=schema, index_params=indexes)
    client.insert("signed", [{"id": row, "v": signatures[row].tobytes()} for row in range(60)])
    asked = signatures[7].copy()
    asked[:3] = signatures[11][:3]
    [hits] = client.search("signed", [asked.tobytes()], limit=2, search_params={"metric_type": "MHJACCARD"})
    shares = (signatures == asked).mean(axis=1)
    assert [hit["id"] for hit in hits] == np.argsort(-shares, kind="stable")[:2].tolist()
    np.testing.assert_allclose([hit["distance"] for hit in hits], np.sort(shares)[::-1][:2])
