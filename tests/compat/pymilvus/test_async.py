"""pymilvus's asyncio client on a data directory."""

from __future__ import annotations

import asyncio

import pytest
from pymilvus import MilvusException

import elanus


async def _story(path, vectors):
    async with elanus.AsyncMilvusClient(path) as client:
        await client.create_collection("a", dimension=8, metric_type="L2")
        await client.insert("a", [{"id": i, "vector": vectors[i].tolist()} for i in range(100)])
        found = await asyncio.gather(*[client.search("a", [vectors[i].tolist()], limit=1) for i in range(20)])
        counted = await client.query("a", "", output_fields=["count(*)"])
        with pytest.raises(MilvusException, match="collection not found"):
            await client.search("b", [vectors[0].tolist()])
        return [hits[0][0]["id"] for hits in found], counted[0]["count(*)"]


def test_async_client(tmp_path, vectors):
    assert asyncio.run(_story(tmp_path / "async.db", vectors)) == (list(range(20)), 100)


def test_async_and_sync_clients_share_a_directory(tmp_path, vectors):
    client = elanus.MilvusClient(tmp_path / "both.db")
    asyncio.run(_story(tmp_path / "both.db", vectors))
    assert client.query("a", "", output_fields=["count(*)"])[0]["count(*)"] == 100
    client.close()
