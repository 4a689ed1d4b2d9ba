"""A wanted recall through the real client: of an AUTOINDEX, and of a search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymilvus
import pytest

DIM = 16
ROWS = np.random.default_rng(4).standard_normal((4000, DIM), dtype=np.float32)


def collection(client: pymilvus.MilvusClient, name: str, **index: Any) -> str:
    if client.has_collection(name):
        client.drop_collection(name)
    schema = client.create_schema()
    schema.add_field("id", pymilvus.DataType.INT64, is_primary=True)
    schema.add_field("vector", pymilvus.DataType.FLOAT_VECTOR, dim=DIM)
    params = client.prepare_index_params()
    params.add_index("vector", metric_type="L2", **index)
    client.create_collection(name, schema=schema, index_params=params)
    client.insert(name, [{"id": i, "vector": row} for i, row in enumerate(ROWS)])
    client.flush(name)
    while client.describe_index(name, "vector")["state"] != "Finished":
        pass
    return name


def recall(client: pymilvus.MilvusClient, name: str, **params: Any) -> float:
    queries = np.random.default_rng(8).standard_normal((100, DIM), dtype=np.float32)
    found = client.search(name, queries.tolist(), limit=10, search_params={"params": params})
    distances = ((queries[:, None, :] - ROWS[None]) ** 2).sum(axis=2)
    truth = np.argsort(distances, axis=1)[:, :10]
    return float(
        np.mean([len({hit["id"] for hit in f} & set(t.tolist())) / 10 for f, t in zip(found, truth, strict=True)])
    )


def test_an_autoindex_takes_the_recall_it_is_to_reach(client: pymilvus.MilvusClient) -> None:
    name = collection(client, "target_auto", index_type="AUTOINDEX", params={"target_recall": 0.97})
    assert client.describe_index(name, "vector")["target_recall"] == "0.97"
    assert recall(client, name) >= 0.96
    client.drop_collection(name)


def test_a_search_takes_a_recall_instead_of_nprobe(client: pymilvus.MilvusClient) -> None:
    name = collection(client, "target_ivf", index_type="IVF_FLAT", params={"nlist": 64})
    low, high = recall(client, name, target_recall=0.5), recall(client, name, target_recall=0.95)
    assert 0.49 <= low < high
    assert high >= 0.94
    with pytest.raises(pymilvus.MilvusException, match="target_recall is 2"):
        recall(client, name, target_recall=2)
    client.drop_collection(name)
