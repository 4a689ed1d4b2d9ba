"""Several indexes on a field behind real clients: they see one, whatever happens to the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pymilvus
import pytest

import elanus
from elanus.config import Settings
from elanus.errors import Rejected
from elanus.server.app import Server

ROWS, DIM = 3000, 16


@pytest.fixture(params=["embedded", "served"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A client with 3,000 indexed rows, on a directory or on a server."""
    if request.param == "embedded":
        client = elanus.MilvusClient(tmp_path / "db")
        fill(client)
        yield client
        client.close()
        return
    server = Server(Settings(data=tmp_path / "db", port=0, metrics_port=0))
    client = elanus.MilvusClient(f"http://127.0.0.1:{server.port}")
    fill(client)
    yield client
    client.close()
    server.close()


def fill(client: pymilvus.MilvusClient) -> None:
    client.create_collection("books", dimension=DIM, metric_type="L2")
    vectors = np.random.default_rng(1).random((ROWS, DIM), np.float32)
    client.insert("books", [{"id": i, "vector": vector} for i, vector in enumerate(vectors)])
    client.flush("books")
    client.indexes.wait("books", "vector")


def seen(client: pymilvus.MilvusClient) -> dict[str, Any]:
    """What a Milvus client knows of the index."""
    assert client.list_indexes("books") == ["vector"]
    described = client.describe_index("books", "vector")
    return {key: described[key] for key in ("index_type", "metric_type", "field_name", "index_name", "total_rows")}


def test_clients_see_one_index_and_search_it(client: Any) -> None:
    before = seen(client)
    query = np.full((1, DIM), 0.5, np.float32)
    expected = [hit["id"] for hit in client.search("books", query, limit=5)[0]]
    client.indexes.add("books", "vector", "lists", index_type="IVF_FLAT", nlist=1)
    client.indexes.wait("books", "lists")
    assert seen(client) == before

    served, added = client.indexes.compare("books", "lists")
    assert (served.index, added.index, added.role, added.figures[0].recall) == ("vector", "lists", "shadow", 1.0)
    client.indexes.promote("books", "lists")
    assert seen(client) == {**before, "index_type": "IVF_FLAT"}
    assert [hit["id"] for hit in client.search("books", query, limit=5)[0]] == expected
    assert client.indexes.explain("books").parts[0].index_type == "IVF_FLAT"
    assert client.indexes.rollback("books", "lists") == "vector"
    assert seen(client) == before


def test_a_client_drops_its_index_with_all_beside_it_and_creates_another(client: Any) -> None:
    client.indexes.add("books", "vector", "lists", index_type="IVF_FLAT", nlist=1)
    client.indexes.wait("books", "lists")
    client.release_collection("books")
    client.drop_index("books", "vector")
    assert client.list_indexes("books") == []
    assert client.indexes.list("books") == []
    params = client.prepare_index_params()
    params.add_index("vector", index_type="HNSW", metric_type="L2", M=8, efConstruction=40)
    client.create_index("books", params)
    client.load_collection("books")
    assert client.describe_index("books", "vector")["index_type"] == "HNSW"


def test_a_refusal_is_the_engine_s(client: Any) -> None:
    with pytest.raises(Rejected, match="nothing served before"):
        client.indexes.rollback("books", "vector")


def test_pause_shows_in_describe_and_clients_search_on(client: Any) -> None:
    client.indexes.pause("books", "vector")
    client.insert("books", [{"id": ROWS + i, "vector": [0.5] * DIM} for i in range(2000)])
    client.flush("books")
    assert client.describe_index("books", "vector")["pending_index_rows"] == 2000
    assert client.indexes.describe("books", "vector").phase == "paused"
    assert client.search("books", [[0.5] * DIM], limit=1)[0][0]["id"] >= ROWS
    client.indexes.resume("books", "vector")
    assert client.indexes.wait("books", "vector").indexed_rows == ROWS + 2000
