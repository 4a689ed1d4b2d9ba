"""``elanus snapshot``, as a person types it, on a data directory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import elanus
from elanus.cli.inspection import inspect_directory
from elanus.cli.snapshot import app
from elanus.errors import CollectionNotFound, Rejected


@pytest.fixture
def data(tmp_path: Path) -> Path:
    client = elanus.MilvusClient(tmp_path)
    client.create_collection("points", dimension=4)
    client.insert("points", [{"id": i, "vector": [i, 0, 0, 1]} for i in range(30)])
    client.close()
    return tmp_path


def ran(*words: str, data: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)], catch_exceptions=False, env={"COLUMNS": "160"})


def test_a_snapshot_from_the_command_line(data: Path) -> None:
    assert "30 rows of points are saved as monday" in ran("create", "points", "monday", data=data).stdout
    [listed] = json.loads(ran("list", "--json", data=data).stdout)
    assert (listed["name"], listed["collection"], listed["rows"], listed["pins"]) == ("monday", "points", 30, 0)
    assert "monday" in ran("list", "points", data=data).stdout
    assert "is restored as again" in ran("restore", "points", "monday", "again", data=data).stdout
    client = elanus.MilvusClient(data)
    client.load_collection("again")
    assert client.query("again", filter="", output_fields=["count(*)"])[0]["count(*)"] == 30
    client.close()
    ran("drop", "points", "monday", data=data)
    assert json.loads(ran("list", "--json", data=data).stdout) == []


def test_inspect_reads_the_files_of_snapshots_too(data: Path) -> None:
    ran("create", "points", "monday", data=data)
    files = [file for file in inspect_directory(data) if "snapshots" in file.path.parts]
    assert [(file.kind, file.holds, file.problem) for file in files] == [
        ("data", "snapshot monday of points: 30 rows of 4 fields", ""),
        ("keys", "snapshot monday of points: 30 primary keys", ""),
    ]
    damaged = files[0].path
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert "wrong size" in next(file.problem for file in inspect_directory(data) if file.path == damaged)


def test_refusals_of_the_command_line(data: Path) -> None:
    ran("create", "points", "monday", data=data)
    with pytest.raises(Rejected, match="duplicate collection"):
        ran("restore", "points", "monday", "points", data=data)
    with pytest.raises(CollectionNotFound):
        ran("create", "nothing", "monday", data=data)
