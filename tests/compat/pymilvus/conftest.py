"""pymilvus's own client, three times: on a data directory in this process, and on a server over TCP on each wire."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pymilvus
import pytest
from pymilvus.client import grpc_handler

import elanus
from elanus.doors.embedded.channel import EmbeddedChannel
from elanus.doors.grpcio_server import GrpcServer
from elanus.doors.http2.server import Http2Server
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service

DIM = 8

_numbers = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def _short_naps() -> Iterator[None]:
    """pymilvus sleeps half a second before it first asks whether an index is built or rows are flushed."""
    naps = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: time.sleep(min(seconds, 0.02))})
    with mock.patch.object(grpc_handler, "time", naps):
        yield


@pytest.fixture(scope="session", params=["embedded", "grpcio", "http2"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pymilvus.MilvusClient]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        yield from _embedded(folder)
    else:
        yield from _served(folder, {"grpcio": GrpcServer, "http2": Http2Server}[request.param])


def _embedded(folder: Path) -> Iterator[pymilvus.MilvusClient]:
    client = elanus.MilvusClient(folder / "test.db")
    yield client
    client.close()


def _served(folder: Path, server_class: type[GrpcServer | Http2Server]) -> Iterator[pymilvus.MilvusClient]:
    engine = Engine.open(folder / "data", EngineSettings())
    server = server_class(handlers(Service(engine)))
    port = server.bind("127.0.0.1:0")
    server.start()
    client = pymilvus.MilvusClient(f"http://127.0.0.1:{port}")
    yield client
    client.close()
    server.stop(1.0)
    engine.close()


@pytest.fixture
def another(client: pymilvus.MilvusClient) -> Iterator[pymilvus.MilvusClient]:
    """A second client object on what the first one is connected to."""
    channel = client._handler._final_channel
    made = (
        elanus.MilvusClient(channel.path)
        if isinstance(channel, EmbeddedChannel)
        else pymilvus.MilvusClient(client._config.uri)
    )
    yield made
    made.close()


@pytest.fixture
def name() -> str:
    """A collection name no other test uses."""
    return f"c{next(_numbers)}"


@pytest.fixture(scope="session")
def vectors() -> np.ndarray:
    return np.random.default_rng(7).standard_normal((300, DIM)).astype(np.float32)


@pytest.fixture(scope="session")
def stored(client: pymilvus.MilvusClient, vectors: np.ndarray) -> str:
    """A loaded collection of 300 rows that tests only read: id, vector (L2), and the dynamic keys color and n."""
    return _fill(client, "stored", vectors)


@pytest.fixture
def filled(client: pymilvus.MilvusClient, name: str, vectors: np.ndarray) -> str:
    """As ``stored``, for a test that changes it."""
    return _fill(client, name, vectors)


def _fill(client: pymilvus.MilvusClient, name: str, vectors: np.ndarray) -> str:
    client.create_collection(name, dimension=DIM, metric_type="L2")
    rows = [
        {"id": i, "vector": vectors[i].tolist(), "color": ("red", "green", "blue")[i % 3], "n": i}
        for i in range(len(vectors))
    ]
    client.insert(name, rows)
    return name
