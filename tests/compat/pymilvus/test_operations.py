"""What operators ask: segments, replicas, compaction, flush of everything."""

from __future__ import annotations

import json
import threading
import time

import pytest
from pymilvus.client.types import LoadState
from pymilvus.grpc_gen import common_pb2, milvus_pb2


@pytest.fixture
def stub(client):
    """The calls that tools make and this client has no method for."""
    return client._get_connection()._stub


def test_segments_and_replica_of_a_loaded_collection(client, filled):
    client.flush(filled)
    assert sum(segment.num_rows for segment in client.list_loaded_segments(filled)) == 300
    (replica,) = client.describe_replica(filled)
    assert len(replica.shards) == 1


def test_compaction_removes_deleted_rows(client, filled):
    client.flush(filled)
    client.delete(filled, filter="n < 200")
    request = client.compact(filled)
    deadline = time.monotonic() + 30
    while client.get_compaction_state(request) != "Completed":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 100
    assert sum(segment.num_rows for segment in client.list_persistent_segments(filled)) <= 300


def test_flush_all(client, filled):
    client.flush_all()
    assert client.get_flush_all_state(flush_all_ts=0)
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 300


def test_load_state_of_partitions(client, filled):
    client.create_partition(filled, "p")
    client.release_collection(filled)
    client.load_partitions(filled, ["p"])
    assert client.get_load_state(filled, "p")["state"] == LoadState.Loaded
    assert client.get_load_state(filled, "_default")["state"] == LoadState.NotLoad


def test_refresh_load(client, filled):
    client.refresh_load(filled)
    assert client.get_load_state(filled)["state"] == LoadState.Loaded


def test_searches_go_on_while_rows_come_and_go(client, filled, vectors):
    """Each search sees the row it asks for: it is never deleted."""
    failures, stop = [], threading.Event()

    def search():
        while not stop.is_set():
            try:
                if client.search(filled, [vectors[7].tolist()], limit=1)[0][0]["id"] != 7:
                    failures.append("another row was nearer")
            except Exception as error:
                failures.append(repr(error))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for start in range(1000, 1200, 20):
        ids = list(range(start, start + 20))
        client.insert(filled, [{"id": i, "vector": (vectors[i % 300] + 9).tolist()} for i in ids])
        client.delete(filled, ids=ids[:10])
        if start % 100 == 0:
            client.flush(filled)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 400


def test_statistics_of_an_index_are_its_description(client, stub, filled):
    client.flush(filled)
    deadline = time.monotonic() + 30
    while client.describe_index(filled, "vector")["pending_index_rows"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (found,) = stub.GetIndexStatistics(
        milvus_pb2.GetIndexStatisticsRequest(collection_name=filled, index_name="vector")
    ).index_descriptions
    assert (found.field_name, found.total_rows, found.indexed_rows) == ("vector", 300, 300)
    assert found.state == common_pb2.IndexState.Finished


def test_system_info_is_what_dashboards_read(stub):
    asked = milvus_pb2.GetMetricsRequest(request=json.dumps({"metric_type": "system_info"}))
    answer = stub.GetMetrics(asked)
    assert answer.status.code == 0
    (node,) = json.loads(answer.response)["nodes_info"]
    assert (node["identifier"], node["infos"]["type"], node["infos"]["has_error"]) == (1, "standalone", False)
    assert node["infos"]["hardware_infos"]["memory"] > 0


@pytest.mark.parametrize("request_text", ["", "{", '{"metric_type": "weather"}'], ids=["empty", "cut", "unknown"])
def test_metrics_of_another_kind_are_refused(stub, request_text):
    assert stub.GetMetrics(milvus_pb2.GetMetricsRequest(request=request_text)).status.code != 0


def test_state_and_health_of_the_server(stub):
    states = stub.GetComponentStates(milvus_pb2.GetComponentStatesRequest())
    assert states.state.state_code == common_pb2.StateCode.Healthy
    assert stub.CheckHealth(milvus_pb2.CheckHealthRequest()).isHealthy


def test_the_one_resource_group_holds_what_is_loaded(client, stored):
    assert client.list_resource_groups() == ["__default_resource_group"]
    group = client.describe_resource_group("__default_resource_group")
    assert group.num_loaded_replica[stored] == 1


def test_statistics_of_a_partition(client, filled):
    client.flush(filled)
    assert client.get_partition_stats(filled, "_default")["row_count"] == 300


def test_properties_of_a_database(client):
    client.create_database("kept")
    client.alter_database_properties("kept", {"database.max.collections": 3})
    assert client.describe_database("kept")["database.max.collections"] == "3"
    client.drop_database_properties("kept", ["database.max.collections"])
    assert "database.max.collections" not in client.describe_database("kept")
    client.drop_database("kept")


def test_truncated_collection_keeps_its_index_and_takes_rows(client, filled, vectors):
    client.truncate_collection(filled)
    assert client.query(filled, "", output_fields=["count(*)"])[0]["count(*)"] == 0
    client.insert(filled, [{"id": 1, "vector": vectors[1].tolist()}])
    assert client.search(filled, [vectors[1].tolist()], limit=1)[0][0]["id"] == 1
    assert client.list_indexes(filled) == ["vector"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("add_file_resource", ("words", "words.txt")),
        ("list_file_resources", ()),
        ("refresh_external_collection", ("t",)),
    ],
)
def test_what_is_to_come_says_so(client, name, arguments):
    with pytest.raises(Exception, match="is not implemented by Elanus yet"):
        getattr(client, name)(*arguments)
