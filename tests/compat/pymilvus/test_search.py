"""Search and query against plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from pymilvus import DataType, MilvusException


def nearest(vectors, query, k, among=None):
    """Rows by squared distance, the slow plain way."""
    rows = np.arange(len(vectors)) if among is None else among
    distances = ((vectors[rows] - query) ** 2).sum(axis=1)
    return rows[np.argsort(distances, kind="stable")[:k]].tolist()


def test_search_finds_the_nearest_rows_of_every_query(client, stored, vectors):
    queries = vectors[[3, 50, 299]] + 0.01
    found = client.search(stored, queries.tolist(), limit=7)
    assert [[hit["id"] for hit in hits] for hits in found] == [nearest(vectors, q, 7) for q in queries]


def test_search_returns_squared_distance_and_fields(client, stored, vectors):
    hit = client.search(stored, [vectors[5].tolist()], limit=2, output_fields=["color", "vector"])[0][1]
    row = hit["id"]
    assert hit["distance"] == pytest.approx(((vectors[5] - vectors[row]) ** 2).sum(), rel=1e-5)
    assert hit["entity"] == {"color": ("red", "green", "blue")[row % 3], "vector": pytest.approx(vectors[row].tolist())}


def test_search_with_filter(client, stored, vectors):
    found = client.search(stored, [vectors[0].tolist()], limit=5, filter='color == "red" and n < 100')
    assert [hit["id"] for hit in found[0]] == nearest(vectors, vectors[0], 5, np.arange(0, 100, 3))


def test_search_with_filter_template(client, stored, vectors):
    found = client.search(
        stored, [vectors[0].tolist()], limit=5, filter="n in {wanted}", filter_params={"wanted": [9, 8, 7]}
    )
    assert [hit["id"] for hit in found[0]] == nearest(vectors, vectors[0], 5, np.array([7, 8, 9]))


def test_search_offset_skips_after_the_merge(client, stored, vectors):
    found = client.search(stored, [vectors[0].tolist()], limit=5, offset=3)
    assert [hit["id"] for hit in found[0]] == nearest(vectors, vectors[0], 8)[3:]


def test_search_nothing_passes(client, stored, vectors):
    assert client.search(stored, vectors[:2].tolist(), filter="n < 0") == [[], []]


def test_search_range(client, stored, vectors):
    distances = ((vectors - vectors[0]) ** 2).sum(axis=1)
    low, high = np.sort(distances)[[10, 20]].tolist()
    params = {"params": {"radius": high, "range_filter": low}}
    found = client.search(stored, [vectors[0].tolist()], limit=100, search_params=params)
    within = {row for row in range(300) if low <= distances[row] < high}
    # the client's numbers are rounded differently from ours: the two rows at the ends may go either way
    assert {hit["id"] for hit in found[0]} ^ within <= set(np.argsort(distances)[[10, 20]].tolist())


def test_search_groups(client, name, vectors):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("kind", DataType.VARCHAR, max_length=10)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=8)
    index = client.prepare_index_params("vector", index_type="FLAT", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index)
    client.insert(name, [{"id": i, "kind": f"k{i % 4}", "vector": vectors[i].tolist()} for i in range(100)])
    hits = client.search(name, [vectors[0].tolist()], limit=4, group_by_field="kind", output_fields=["kind"])[0]
    expected, seen = [], set()
    for row in nearest(vectors[:100], vectors[0], 100):
        if row % 4 not in seen:
            seen.add(row % 4)
            expected.append(row)
    assert [hit["id"] for hit in hits] == expected


def test_search_by_ids(client, stored, vectors):
    found = client.search(stored, ids=[4, 2], limit=3, anns_field="vector")
    assert [[hit["id"] for hit in hits] for hits in found] == [nearest(vectors, vectors[i], 3) for i in (4, 2)]


def test_search_accepts_flat_and_nested_params(client, stored, vectors):
    query = [vectors[0].tolist()]
    nested = client.search(stored, query, search_params={"metric_type": "L2", "params": {"ef": 300}})
    flat = client.search(stored, query, search_params={"metric_type": "L2", "ef": 300})
    assert [hit["id"] for hit in nested[0]] == [hit["id"] for hit in flat[0]] == nearest(vectors, vectors[0], 10)


def test_search_refuses_another_metric(client, stored, vectors):
    with pytest.raises(MilvusException, match="metric type not match") as refused:
        client.search(stored, [vectors[0].tolist()], search_params={"metric_type": "COSINE"})
    assert refused.value.code == 1100


def test_search_refuses_another_dimension(client, stored):
    with pytest.raises(MilvusException, match="vector dimension mismatch"):
        client.search(stored, [[0.0] * 4])


def test_search_refuses_a_limit_out_of_range(client, stored, vectors):
    with pytest.raises(MilvusException, match=r"topk \[16385\] is invalid, it should be in range \[1, 16384\]"):
        client.search(stored, [vectors[0].tolist()], limit=16385)


def test_query_by_filter_returns_all_fields(client, stored, vectors):
    rows = client.query(stored, "n in [7, 5]")
    assert sorted(rows, key=lambda row: row["id"]) == [
        {"id": i, "vector": pytest.approx(vectors[i].tolist()), "color": ("red", "green", "blue")[i % 3], "n": i}
        for i in (5, 7)
    ]


def test_query_one_dynamic_key(client, stored):
    assert list(client.query(stored, "n == 4", output_fields=["color"])) == [{"id": 4, "color": "green"}]


def test_query_pages(client, stored):
    pages = [client.query(stored, "n >= 0", limit=120, offset=at, output_fields=["id"]) for at in (0, 120, 240)]
    assert [row["id"] for page in pages for row in page] == list(range(300))


def test_query_count(client, stored):
    assert list(client.query(stored, "n < 10", output_fields=["count(*)"])) == [{"count(*)": 10}]


def test_query_without_filter_needs_a_limit(client, stored):
    with pytest.raises(MilvusException, match="empty expression should be used with limit"):
        client.query(stored, "")


def test_query_explains_a_wrong_filter(client, stored):
    with pytest.raises(MilvusException, match="cannot parse expression: n = 1") as refused:
        client.query(stored, "n = 1")
    assert refused.value.code == 1100


def test_get_by_ids(client, stored):
    assert [row["n"] for row in client.get(stored, [3, 299, 1000], output_fields=["n"])] == [3, 299]


def test_query_of_nothing_is_empty(client, stored):
    assert list(client.query(stored, "n < 0")) == []


def test_search_returns_every_field_for_a_star(client, stored, vectors):
    hit = client.search(stored, [vectors[5].tolist()], limit=1, output_fields=["*"])[0][0]
    assert hit["entity"] == {"id": 5, "vector": pytest.approx(vectors[5].tolist()), "color": "blue", "n": 5}


def test_search_with_several_consistency_levels(client, stored, vectors):
    for level in ("Strong", "Session", "Bounded", "Eventually"):
        assert client.search(stored, [vectors[5].tolist()], limit=1, consistency_level=level)[0][0]["id"] == 5


def test_hits_of_nullable_rows_keep_their_places(client, name, vectors):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("mark", DataType.VARCHAR, max_length=9, nullable=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=8)
    index = client.prepare_index_params("vector", index_type="FLAT", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index)
    marks = [None if i % 3 else f"m{i}" for i in range(50)]
    client.insert(name, [{"id": i, "mark": marks[i], "vector": vectors[i].tolist()} for i in range(50)])
    for hits in client.search(name, vectors[:3].tolist(), limit=20, output_fields=["mark"]):
        assert [hit["entity"]["mark"] for hit in hits] == [marks[hit["id"]] for hit in hits]
