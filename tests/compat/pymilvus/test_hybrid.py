"""Hybrid search against ranks merged by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pymilvus import AnnSearchRequest, DataType, MilvusException, RRFRanker, WeightedRanker


@pytest.fixture
def two_vectors(client, name, vectors):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("a", DataType.FLOAT_VECTOR, dim=8)
    schema.add_field("b", DataType.FLOAT_VECTOR, dim=8)
    schema.add_field("n", DataType.INT64)
    index = client.prepare_index_params("a", index_type="FLAT", metric_type="L2")
    index.add_index("b", index_type="FLAT", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index)
    rows = [{"id": i, "a": vectors[i].tolist(), "b": vectors[-i - 1].tolist(), "n": i * 2} for i in range(200)]
    client.insert(name, rows)
    return name


def _requests(vectors, limit=20):
    query = vectors[0].tolist()
    return [AnnSearchRequest([query], "a", {"metric_type": "L2"}, limit), AnnSearchRequest([query], "b", {}, limit)]


def _scores(vectors):
    a, b = vectors[:200], vectors[::-1][:200]
    return ((a - vectors[0]) ** 2).sum(axis=1), b @ vectors[0]


def test_rrf(client, two_vectors, vectors):
    found = client.hybrid_search(two_vectors, _requests(vectors), RRFRanker(60), limit=10, output_fields=["n"])[0]
    by_distance, by_product = _scores(vectors)
    expected = np.zeros(200)
    expected[np.argsort(by_distance)[:20]] += 1 / (60 + np.arange(1, 21))
    expected[np.argsort(-by_product)[:20]] += 1 / (60 + np.arange(1, 21))
    assert [hit["distance"] for hit in found] == pytest.approx(np.sort(expected)[::-1][:10].tolist())
    assert [hit["distance"] for hit in found] == pytest.approx([expected[hit["id"]] for hit in found])
    assert [hit["entity"] for hit in found] == [{"n": hit["id"] * 2} for hit in found]


def test_weighted_with_normalised_scores(client, two_vectors, vectors):
    found = client.hybrid_search(two_vectors, _requests(vectors, 200), WeightedRanker(0.3, 0.8), limit=200)[0]
    by_distance, by_product = _scores(vectors)
    expected = 0.3 * (1 - 2 * np.arctan(by_distance) / np.pi) + 0.8 * (0.5 + np.arctan(by_product) / np.pi)
    assert len(found) == 200
    assert [hit["distance"] for hit in found] == pytest.approx([expected[hit["id"]] for hit in found], abs=1e-5)
    assert [hit["distance"] for hit in found] == sorted((hit["distance"] for hit in found), reverse=True)


def test_offset(client, two_vectors, vectors):
    whole = client.hybrid_search(two_vectors, _requests(vectors, 200), RRFRanker(), limit=10)[0]
    tail = client.hybrid_search(two_vectors, _requests(vectors, 200), RRFRanker(), limit=6, offset=4)[0]
    assert [hit["id"] for hit in tail] == [hit["id"] for hit in whole][4:]


def test_wrong_number_of_weights(client, two_vectors, vectors):
    with pytest.raises(MilvusException, match="the length of weights param mismatch with ann search requests"):
        client.hybrid_search(two_vectors, _requests(vectors), WeightedRanker(0.5), limit=5)
