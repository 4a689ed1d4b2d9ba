"""Metrics: names of Milvus's dashboards, values as counted, nothing shared between two servers."""

from __future__ import annotations

from elanus.telemetry.metrics import COUNTED, READ, ROWS, SEGMENTS, Metrics, Reading

NOTHING: Reading = {}


def test_calls_are_counted_by_name_and_status_with_their_latency() -> None:
    metrics = Metrics(lambda: NOTHING)
    search = metrics.call("Search")
    search.ended(0.003, "success")
    search.ended(0.1, "fail")
    text = metrics.text().decode()
    assert 'milvus_proxy_req_count{function_name="Search",status="success"} 1.0' in text
    assert 'milvus_proxy_req_count{function_name="Search",status="fail"} 1.0' in text
    assert 'milvus_proxy_req_latency_bucket{function_name="Search",le="4.0"} 1.0' in text
    assert 'milvus_proxy_req_latency_sum{function_name="Search"} 103.0' in text


def test_gauges_are_read_at_each_scrape() -> None:
    rows = iter([5.0, 7.0])
    metrics = Metrics(lambda: {ROWS: {("films", "Flushed"): next(rows)}, SEGMENTS: {("Flushed",): 2.0}})
    assert 'milvus_datacoord_stored_rows_num{collection_name="films",segment_state="Flushed"} 5.0' in text_of(metrics)
    assert 'milvus_datacoord_stored_rows_num{collection_name="films",segment_state="Flushed"} 7.0' in text_of(metrics)


def test_two_servers_share_nothing() -> None:
    one, other = Metrics(lambda: NOTHING), Metrics(lambda: NOTHING)
    one.inserted.inc(3)
    assert "milvus_proxy_insert_vectors_count 3.0" in text_of(one)
    assert "milvus_proxy_insert_vectors_count 0.0" in text_of(other)


def test_names_are_unique_and_prefixed() -> None:
    names = [described.name for described in (*COUNTED, *READ)]
    assert len(names) == len(set(names))
    assert all(name.startswith(("milvus_", "elanus_")) for name in names)


def text_of(metrics: Metrics) -> str:
    return metrics.text().decode()
