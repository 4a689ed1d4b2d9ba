"""``elanus import``, run as a user would, on a data directory and on a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import elanus
from elanus.config import Settings
from elanus.server.app import Server
from unit.cli.conftest import Elanus


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory with an empty collection, and files in its import directory."""
    client = elanus.MilvusClient(tmp_path / "data")
    client.create_collection("points", dimension=2)
    client.close()
    root = tmp_path / "data" / "import"
    root.mkdir()
    (root / "a.json").write_text(json.dumps([{"id": i, "vector": [i, 1]} for i in range(1000)]))
    (root / "b.csv").write_text('id|vector\n1000|"[1, 2]"\n')
    (root / "bad.json").write_text('[{"id": 1, "vector": [1, 2]}, {"id": 2}]')
    np.save(root / "id.npy", np.arange(1001, 1004))
    np.save(root / "vector.npy", np.ones((3, 2), np.float32))
    return tmp_path / "data"


@pytest.fixture(params=["data", "uri"])
def target(request: pytest.FixtureRequest, data: Path) -> Iterator[list[str]]:
    if request.param == "data":
        yield ["--data", str(data)]
        return
    server = Server(Settings(data=data, port=0, metrics_port=0))
    yield ["--uri", f"http://127.0.0.1:{server.port}"]
    server.close()


def test_rows_of_files_are_there_when_it_returns(command: Elanus, target: list[str]) -> None:
    ran = command("import", "points", "a.json", "id.npy", "vector.npy", *target)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "imported 1,003 rows into points")
    assert command("import", "points", "b.csv", "--sep", "|", *target).code == 0
    assert json.loads(command("collections", "--json", *target).out)[0]["row_count"] == 1004


def test_what_is_refused_is_said(command: Elanus, target: list[str]) -> None:
    ran = command("import", "points", "bad.json", *target)
    assert ran.code == 1
    told = "bad.json: the field vector is not nullable and has no default value, but row 1 has none"
    assert told in " ".join(ran.err.split())
    assert "there is no file none.json" in command("import", "points", "none.json", *target).err
    assert json.loads(command("collections", "--json", *target).out)[0]["row_count"] == 0
