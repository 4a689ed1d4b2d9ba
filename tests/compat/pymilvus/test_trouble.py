"""What a client sees when files are damaged, when its snapshot is gone, and when it writes too fast."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pymilvus import MilvusClient, MilvusException

import elanus
from elanus.cli.main import run
from elanus.doors.http2.server import Http2Server
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service

DIM = 8


@contextmanager
def served(path: Path, settings: EngineSettings) -> Iterator[tuple[MilvusClient, Engine]]:
    engine = Engine.open(path, settings)
    server = Http2Server(handlers(Service(engine)))
    port = server.bind("127.0.0.1:0")
    server.start()
    client = MilvusClient(f"http://127.0.0.1:{port}")
    yield client, engine
    client.close()
    server.stop(1.0)
    engine.close()


def filled(client: MilvusClient, name: str, count: int = 100, dim: int = DIM) -> None:
    client.create_collection(name, dimension=dim, metric_type="L2")
    vectors = np.random.default_rng(1).random((count, dim), np.float32)
    client.insert(name, [{"id": i, "vector": vector} for i, vector in enumerate(vectors)])
    client.flush(name)


def test_one_damaged_collection_beside_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = elanus.MilvusClient(tmp_path / "data")
    filled(client, "damaged")
    filled(client, "whole")
    client.close()
    damaged = min((tmp_path / "data").rglob("data.arrow"))
    damaged.write_bytes(damaged.read_bytes()[:-500])

    client = elanus.MilvusClient(tmp_path / "data")
    assert client.get_collection_stats("damaged")["row_count"] == 100
    query = {"data": [[0.5] * DIM], "limit": 5}
    assert len(client.search("whole", **query)[0]) == 5
    for refused in (
        lambda: client.search("damaged", **query),
        lambda: client.query("damaged", filter="id >= 0"),
        lambda: client.upsert("damaged", [{"id": 1, "vector": [0.0] * DIM}]),
        lambda: client.delete("damaged", ids=[1]),
    ):
        with pytest.raises(
            MilvusException, match=r"segment \d+ of collection damaged is damaged, .*data\.arrow"
        ) as caught:
            refused()
        assert caught.value.code == 1000
    client.close()

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["elanus", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        return int(ended.value.code or 0), "".join(capsys.readouterr())

    data = str(tmp_path / "data")
    assert "damaged" in command("segments", "damaged", "--data", data)[1]
    assert command("inspect", data)[0] == 1
    code, told = command("inspect", data, "--drop-damaged")
    assert code == 0
    assert "given up: its 100 rows of segment" in told
    client = elanus.MilvusClient(tmp_path / "data")
    client.insert("damaged", [{"id": 7, "vector": [0.0] * DIM}])
    assert [hit["id"] for hit in client.search("damaged", **query)[0]] == [7]
    client.close()


def test_an_iterator_whose_rows_were_merged_away_is_told(tmp_path: Path) -> None:
    with served(tmp_path, EngineSettings(retention_seconds=0.0)) as (client, _):
        filled(client, "films")
        pages = [
            client.query_iterator("films", filter="id >= 0", batch_size=10),
            client.search_iterator("films", [[0.5] * DIM], batch_size=10, limit=100),
        ]
        for iterator in pages:
            assert len(iterator.next()) == 10
        client.delete("films", filter="id >= 50")
        job = client.compact("films")
        while client.get_compaction_state(job) != "Completed":
            time.sleep(0.01)
        for iterator in pages:
            with pytest.raises(MilvusException, match="only support to travel back to"):
                iterator.next()
        fresh = client.query_iterator("films", filter="id >= 0", batch_size=30)
        assert [len(fresh.next()), len(fresh.next()), len(fresh.next())] == [30, 20, 0]


def test_an_iterator_sees_its_snapshot_through_deletes_and_merges(tmp_path: Path) -> None:
    with served(tmp_path, replace(EngineSettings(), retention_seconds=60.0)) as (client, _):
        filled(client, "films")
        iterator = client.query_iterator("films", filter="id >= 0", batch_size=40)
        found = [row["id"] for row in iterator.next()]
        client.delete("films", filter="id >= 0")
        client.insert("films", [{"id": 1000, "vector": [0.0] * DIM}])
        client.flush("films")
        job = client.compact("films")
        while client.get_compaction_state(job) != "Completed":
            time.sleep(0.01)
        while page := iterator.next():
            found += [row["id"] for row in page]
        assert found == list(range(100))


def test_a_client_that_writes_too_fast_waits_and_goes_on(tmp_path: Path) -> None:
    """Refused with the code on which pymilvus tries again, until there is room."""
    settings = EngineSettings(growing_bytes=2 * 2**20, write_wait_seconds=0.01, maintenance_seconds=0.1)
    with served(tmp_path, settings) as (client, engine):
        client.create_collection("fast", dimension=256, metric_type="L2", auto_id=True)
        vectors = np.random.default_rng(1).random((500, 256), np.float32)
        for _ in range(20):
            client.insert("fast", [{"vector": vector} for vector in vectors])
            assert engine.resources.room.taken_bytes <= 2 * 2**20
        assert client.query("fast", output_fields=["count(*)"])[0]["count(*)"] == 10_000
