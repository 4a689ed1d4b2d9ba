"""A server asked by the real pymilvus client and by its monitoring port."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from pymilvus import MilvusClient

import elanus
from elanus.config import Settings
from elanus.doors.health import SERVING
from elanus.errors import DirectoryInUse, NotReady
from elanus.server.app import Server

ROWS = [{"id": i, "vector": [float(i), 1.0, 0.0, 0.0]} for i in range(10)]


def settings(data: Path, port: int = 0, metrics_port: int = 0) -> Settings:
    return Settings(data=data, port=port, metrics_port=metrics_port, drain_seconds=1.0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(settings(tmp_path / "data"))
    yield server
    server.close()


@pytest.fixture
def client(server: Server) -> Iterator[MilvusClient]:
    client = MilvusClient(f"http://127.0.0.1:{server.port}")
    client.create_collection("points", dimension=4, metric_type="L2")
    client.insert("points", ROWS)
    yield client
    client.close()


def metrics(server: Server) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=5) as answer:
        return answer.read().decode()


def test_search_over_the_network_finds_the_row(client: MilvusClient) -> None:
    assert client.search("points", [[3.1, 1.0, 0.0, 0.0]], limit=2)[0].ids == [3, 4]


def test_metrics_count_what_clients_did(client: MilvusClient, server: Server) -> None:
    client.search("points", [[0.0] * 4] * 3, limit=1)
    text = metrics(server)
    assert 'milvus_proxy_req_count{function_name="Search",status="success"} 1.0' in text
    assert "milvus_proxy_search_vectors_count 3.0" in text
    assert "milvus_proxy_insert_vectors_count 10.0" in text
    assert 'milvus_rootcoord_collection_num{db_name="default"} 1.0' in text
    assert 'milvus_datacoord_stored_rows_num{collection_name="points",segment_state="Growing"} 10.0' in text


@pytest.mark.parametrize("wire", ["http2", "grpcio"])
def test_health_service_of_grpc_itself(tmp_path: Path, wire: str) -> None:
    server = Server(replace(settings(tmp_path / "data"), wire=wire))
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            assert check(b"", timeout=5) == SERVING
            assert check(b"\x0a\x06milvus", timeout=5) == SERVING, "whatever service is asked for"
    finally:
        server.close()


def test_embedded_client_on_a_served_directory_sees_the_same_rows(client: MilvusClient, tmp_path: Path) -> None:
    with pytest.raises(DirectoryInUse):
        Server(settings(tmp_path / "data"))
    beside = elanus.MilvusClient(tmp_path / "data")
    try:
        beside.insert("points", [{"id": 77, "vector": [77.0, 1.0, 0.0, 0.0]}])
        assert client.get("points", [77])[0]["vector"][0] == 77.0
    finally:
        beside.close()


def test_taken_port_is_refused_and_leaves_nothing_open(server: Server, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with pytest.raises(NotReady, match=f"127.0.0.1:{server.port}"):
        Server(settings(other, port=server.port))
    with pytest.raises(NotReady, match="--metrics-port"):
        Server(settings(other, metrics_port=server.metrics_port))
    Server(settings(other)).close()


def test_servers_side_by_side_do_not_see_each_other(client: MilvusClient, tmp_path: Path) -> None:
    second = Server(settings(tmp_path / "second"))
    other = MilvusClient(f"http://127.0.0.1:{second.port}")
    try:
        assert other.list_collections() == []
        assert client.list_collections() == ["points"]
        assert 'milvus_rootcoord_collection_num{db_name="default"} 0.0' in metrics(second)
    finally:
        other.close()
        second.close()
