"""A server process, its REST APIs by a plain HTTP client, and pymilvus on the same port."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pymilvus
import pytest

from compat.test_server_process import Serving, serving

DIM = 8
_numbers = itertools.count()


class Rest:
    """JSON in, JSON out, at a port."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """HTTP status and the answer: parsed when it is JSON, else text."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://{self.address}{path}",
            data,
            {"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _parsed(answer.headers["Content-Type"], answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _parsed(refused.headers["Content-Type"], refused.read())

    def v2(self, path: str, /, **body: Any) -> Any:
        """The data of a v2 call that succeeds."""
        status, answer = self.ask("POST", f"/v2/vectordb/{path}", body)
        assert (status, answer.get("code")) == (200, 0), answer
        return answer["data"]

    def refused(self, path: str, /, **body: Any) -> tuple[int, str]:
        """Code and message of a v2 call that does not."""
        status, answer = self.ask("POST", f"/v2/vectordb/{path}", body)
        assert status == 200
        assert answer.keys() == {"code", "message"}
        return answer["code"], answer["message"]


def _parsed(content_type: str | None, content: bytes) -> Any:
    return json.loads(content) if (content_type or "").startswith("application/json") else content.decode()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("rest")) as server:
        yield server


@pytest.fixture(scope="session")
def rest(server: Serving) -> Rest:
    return Rest(server.ready["address"])


@pytest.fixture(scope="session")
def low(server: Serving) -> Rest:
    """The monitoring port, with the low-level API."""
    return Rest(server.ready["metrics"])


@pytest.fixture(scope="session")
def client(server: Serving) -> Iterator[pymilvus.MilvusClient]:
    client = pymilvus.MilvusClient(server.uri)
    yield client
    client.close()


@pytest.fixture
def name() -> str:
    """A collection name no other test uses."""
    return f"c{next(_numbers)}"


@pytest.fixture(scope="session")
def vectors() -> np.ndarray:
    return np.random.default_rng(11).standard_normal((200, DIM)).astype(np.float32)


@pytest.fixture(scope="session")
def stored(rest: Rest, vectors: np.ndarray) -> str:
    """200 rows made by REST that tests only read: id, vector (L2), and the dynamic keys color and n."""
    return fill(rest, "stored", vectors)


@pytest.fixture
def filled(rest: Rest, name: str, vectors: np.ndarray) -> str:
    """As ``stored``, for a test that changes it."""
    return fill(rest, name, vectors)


def fill(rest: Rest, name: str, vectors: np.ndarray) -> str:
    rest.v2("collections/create", collectionName=name, dimension=DIM, metricType="L2")
    rows = [
        {"id": i, "vector": vector, "color": ("red", "green", "blue")[i % 3], "n": i}
        for i, vector in enumerate(vectors.tolist())
    ]
    assert rest.v2("entities/insert", collectionName=name, data=rows)["insertCount"] == len(rows)
    return name
