"""Calls are counted as they end, whatever they end with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response, Work
from elanus.errors import PermissionDenied
from elanus.server.metering import metered, metered_endpoints
from elanus.telemetry.metrics import Metrics


def answering(response: Any) -> tuple[Any, Metrics]:
    metrics = Metrics(dict)
    name = "/milvus.proto.milvus.MilvusService/Insert"
    return metered({name: lambda request, context: response}, metrics)[name], metrics


@pytest.mark.parametrize(("code", "status"), [(0, "success"), (1100, "fail")])
def test_answer_with_a_status_is_counted_by_it(code: int, status: str) -> None:
    insert, metrics = answering(SimpleNamespace(status=SimpleNamespace(code=code), insert_cnt=7))
    insert(None, None)
    insert(None, None)
    text = metrics.text().decode()
    assert f'milvus_proxy_req_count{{function_name="Insert",status="{status}"}} 2.0' in text
    assert "milvus_proxy_insert_vectors_count 14.0" in text


def test_answer_that_is_a_status_is_counted_by_its_code() -> None:
    metrics = Metrics(dict)
    drop = metered({"/s/DropCollection": lambda request, context: SimpleNamespace(code=100)}, metrics)
    drop["/s/DropCollection"](None, None)
    assert 'function_name="DropCollection",status="fail"} 1.0' in metrics.text().decode()


def test_call_that_was_not_let_in_is_counted_as_failed() -> None:
    def refuse(_request: object, _context: object) -> None:
        raise PermissionDenied("no")

    metrics = Metrics(dict)
    search = metered({"/s/Search": refuse}, metrics)["/s/Search"]
    with pytest.raises(PermissionDenied):
        search(SimpleNamespace(nq=1), None)
    text = metrics.text().decode()
    assert 'function_name="Search",status="fail"} 1.0' in text
    assert "milvus_proxy_search_vectors_count 0.0" in text


def test_bytes_of_the_admin_door_pass_through() -> None:
    metrics = Metrics(dict)
    table = metered({"/elanus.Admin/ListIndexes": lambda request, context: b"{}"}, metrics)
    assert table["/elanus.Admin/ListIndexes"](b"", None) == b"{}"
    assert 'function_name="ListIndexes",status="success"} 1.0' in metrics.text().decode()


def test_calls_of_1x_are_counted_by_their_own_fields() -> None:
    metrics = Metrics(dict)
    answers = {
        "Insert": SimpleNamespace(status=SimpleNamespace(error_code=0), vector_id_array=[1, 2, 3]),
        "Search": SimpleNamespace(status=SimpleNamespace(error_code=0), row_num=2),
        "DropCollection": SimpleNamespace(error_code=4),
    }
    table = {f"/milvus.grpc.MilvusService/{name}": lambda _q, _c, one=one: one for name, one in answers.items()}
    for call in metered(table, metrics).values():
        call(None, None)
    text = metrics.text().decode()
    assert "milvus_proxy_insert_vectors_count 3.0" in text
    assert "milvus_proxy_search_vectors_count 2.0" in text
    assert 'function_name="DropCollection",status="fail"} 1.0' in text


def test_endpoint_is_counted_by_its_response_and_not_before_its_first_call() -> None:
    metrics = Metrics(dict)
    answers = iter([Response(), Response(status=200, failed=True)])
    (endpoint,) = metered_endpoints([Endpoint("POST", "/things", lambda _: next(answers), "", "")], metrics)
    assert "/things" not in metrics.text().decode()
    endpoint.answer(Request("POST", "/things"))
    endpoint.answer(Request("POST", "/things"))
    for status in ("success", "fail"):
        assert f'function_name="POST /things",status="{status}"}} 1.0' in metrics.text().decode()


def test_rows_and_queries_of_an_endpoint_are_counted_with_those_of_grpc() -> None:
    metrics = Metrics(dict)
    answers = iter([Response(work=Work(inserted=3)), Response(work=Work(searched=2)), Response()])
    (endpoint,) = metered_endpoints([Endpoint("POST", "/things", lambda _: next(answers), "", "")], metrics)
    insert = "/milvus.proto.milvus.MilvusService/Insert"
    metered({insert: lambda _q, _c: SimpleNamespace(status=SimpleNamespace(code=0), insert_cnt=4)}, metrics)[insert](
        None, None
    )
    for _ in range(3):
        endpoint.answer(Request("POST", "/things"))
    text = metrics.text().decode()
    assert "milvus_proxy_insert_vectors_count 7.0" in text
    assert "milvus_proxy_search_vectors_count 2.0" in text


def test_every_search_of_a_hybrid_search_is_counted() -> None:
    metrics = Metrics(dict)
    name = "/milvus.proto.milvus.MilvusService/HybridSearch"
    answer = SimpleNamespace(status=SimpleNamespace(code=0))
    asked = SimpleNamespace(requests=[SimpleNamespace(nq=2), SimpleNamespace(nq=2)])
    metered({name: lambda _q, _c: answer}, metrics)[name](asked, None)
    assert "milvus_proxy_search_vectors_count 4.0" in metrics.text().decode()
