"""What operators ask: segments, replicas, compaction, flush of everything."""

from __future__ import annotations

import threading
import time

from pymilvus.client.types import LoadState


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
