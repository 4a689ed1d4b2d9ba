"""What only Elanus offers for indexes, by plain HTTP: several on a field, measured, compared, exchanged, explained."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

ROWS, DIM = 1500, 8
Ask = Callable[..., Any]


@pytest.fixture
def indexes(rest) -> Ask:
    """The data of a call under /v2/elanus/indexes that succeeds."""

    def ask(verb: str, /, **body: Any) -> Any:
        status, answer = rest.ask("POST", f"/v2/elanus/indexes/{verb}", body)
        assert (status, answer.get("code")) == (200, 0), answer
        return answer["data"]

    return ask


@pytest.fixture
def books(rest, client, indexes, name) -> str:
    """1,500 rows with a built index."""
    rest.v2("collections/create", collectionName=name, dimension=DIM, metricType="L2")
    vectors = np.random.default_rng(5).standard_normal((ROWS, DIM)).astype(np.float32)
    client.insert(name, [{"id": i, "vector": vector, "n": i} for i, vector in enumerate(vectors)])
    client.flush(name)
    waited(indexes, name, "vector")
    return name


def waited(indexes: Ask, name: str, index: str) -> Any:
    for _ in range(600):
        [status] = indexes("list", collectionName=name, indexName=index)
        if status["state"] == "finished" and not status["switchingTo"]:
            return status
        time.sleep(0.05)
    raise AssertionError(status)


def roles(indexes: Ask, name: str) -> dict[str, str]:
    return {one["name"]: one["role"] for one in indexes("list", collectionName=name)}


def test_several_indexes_on_a_field(rest, indexes, books):
    of = {"collectionName": books, "indexName": "lists"}
    indexes("add", **of, fieldName="vector", indexType="IVF_FLAT", params={"nlist": 4})
    status = waited(indexes, books, "lists")
    assert (status["indexedRows"], status["spec"]["params"]["nlist"]) == (ROWS, 4)
    assert status["spec"]["metric"] == "L2"
    assert rest.v2("indexes/list", collectionName=books) == ["vector"]

    serving, added = indexes("compare", **of)
    assert (serving["role"], added["role"], added["figures"][0]["recall"]) == ("serving", "shadow", 1.0)
    indexes("promote", **of)
    assert roles(indexes, books) == {"vector": "former", "lists": "serving"}
    described = rest.v2("indexes/describe", collectionName=books, indexName="vector")
    assert described[0]["indexType"] == "IVF_FLAT"
    assert indexes("rollback", **of) == "vector"
    indexes("hide", **of)
    assert roles(indexes, books)["lists"] == "hidden"
    indexes("show", **of)
    assert roles(indexes, books)["lists"] == "shadow"
    indexes("drop", **of)
    assert roles(indexes, books) == {"vector": "serving"}


def test_reports_are_kept_and_files_verified(indexes, books):
    of = {"collectionName": books, "indexName": "vector"}
    report = indexes("report", **of)
    assert [figures["kept"] for figures in report["figures"]] == [1.0, 0.5, 0.1, 0.01, 0.001]
    assert indexes("history", **of) == [report]
    [verified] = indexes("verify", collectionName=books)
    assert (verified["index"], verified["rowCount"], verified["problem"]) == ("vector", ROWS, "")


def test_a_switch_keeps_the_name(indexes, books):
    of = {"collectionName": books, "indexName": "vector"}
    indexes("switch", **of, indexType="HNSW", params={"M": 8, "efConstruction": 40})
    assert waited(indexes, books, "vector")["type"] == "HNSW"


def test_pause_cancel_and_resume(rest, client, indexes, books):
    of = {"collectionName": books, "indexName": "vector"}
    indexes("pause", **of)
    client.insert(books, [{"id": ROWS + i, "vector": [0.5] * DIM} for i in range(ROWS)])
    client.flush(books)
    [status] = indexes("list", **of)
    assert (status["phase"], status["pendingRows"]) == ("paused", ROWS)
    assert indexes("cancel", **of) == 0
    indexes("resume", **of)
    assert waited(indexes, books, "vector")["indexedRows"] == 2 * ROWS


def test_a_search_is_explained(indexes, books):
    told = indexes("explain", collectionName=books, filter="n < 20", limit=5, data=[0.1] * DIM)
    assert (told["field"], told["metric"], told["filter"]) == ("vector", "L2", "n < 20")
    [part] = told["parts"]
    assert (part["rowCount"], part["kept"], part["step"]) == (ROWS, 20, "exact over kept rows")
    assert part["searchUs"] > 0
    assert told["times"]["planUs"] > 0
    assert indexes("explain", collectionName=books)["parts"][0]["indexType"] == "AUTOINDEX"


def test_advice_goes_by_the_wish(indexes, books):
    found = indexes("advise", collectionName=books, fieldName="vector", recall=0.9, memoryBytes=1)
    assert len(found) >= 6
    assert all(one["against"].startswith("needs ") for one in found if one["recall"] >= 0.9)


@pytest.mark.parametrize(
    ("verb", "body", "said"),
    [
        ("promote", {"indexName": "none"}, "index not found"),
        ("rollback", {"indexName": "vector"}, "nothing served before"),
        ("promote", {}, "indexName is required"),
        ("add", {"indexName": "w", "fieldName": "vector", "role": "king"}, "there is no role 'king'"),
        ("add", {"indexName": "w", "fieldName": "vector", "params": {"metric_type": "IP"}}, "share their metric"),
        ("explain", {"data": ["a", "b"]}, "data is one vector"),
        ("explain", {"data": ["a"]}, "cannot be searched with texts"),
        ("history", {"collectionName": "nowhere", "indexName": "vector"}, "nowhere"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(rest, stored, verb, body, said):
    status, answer = rest.ask("POST", f"/v2/elanus/indexes/{verb}", {"collectionName": stored, **body})
    assert status == 200
    assert answer["code"] != 0
    assert said in answer["message"]


def test_it_is_in_the_documentation(rest):
    paths = rest.ask("GET", "/openapi.json")[1]["paths"]
    offered = {path.rpartition("/")[2] for path in paths if path.startswith("/v2/elanus/indexes/")}
    assert {"add", "promote", "rollback", "report", "compare", "history", "advise", "verify", "explain"} <= offered
    assert {"pause", "resume", "cancel", "switch", "drop", "list", "hide", "show"} <= offered
    assert "/v2/elanus/indexes/promote" in rest.ask("GET", "/docs")[1]
