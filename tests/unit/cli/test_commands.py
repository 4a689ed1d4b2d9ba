"""Every command, run as a user would, on a data directory and on a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import elanus
from elanus.cli.main import app
from elanus.config import Settings
from elanus.server.app import Server
from unit.cli.conftest import Elanus


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one collection of 2,000 sealed rows, loaded, indexed by IVF_FLAT."""
    path = tmp_path_factory.mktemp("data")
    client = elanus.MilvusClient(path)
    client.create_collection("points", dimension=8, metric_type="L2")
    client.release_collection("points")
    client.drop_index("points", "vector")
    vectors = np.random.default_rng(7).random((2000, 8), np.float32)
    client.insert("points", [{"id": i, "vector": vector} for i, vector in enumerate(vectors)])
    client.flush("points")
    index = client.prepare_index_params()
    index.add_index("vector", index_type="IVF_FLAT", metric_type="L2", params={"nlist": 8})
    client.create_index("points", index)
    client.load_collection("points")
    client.close()
    return path


@pytest.fixture(params=["data", "uri"])
def target(request: pytest.FixtureRequest, data: Path) -> Iterator[list[str]]:
    """The same directory, opened by the command itself or served."""
    if request.param == "data":
        yield ["--data", str(data)]
        return
    server = Server(Settings(data=data, port=0, metrics_port=0))
    yield ["--uri", f"http://127.0.0.1:{server.port}"]
    server.close()


def test_collections_tells_rows_state_and_indexes(command: Elanus, target: list[str]) -> None:
    ran = command("collections", *target)
    assert ran.code == 0
    assert ran.out.split("\n")[1].split() == ["points", "2,000", "loaded", "id,", "vector", "vector=IVF_FLAT"]
    assert json.loads(command("collections", "--json", *target).out) == [
        {
            "name": "points",
            "row_count": 2000,
            "load_state": "loaded",
            "fields": ["id", "vector"],
            "indexes": {"vector": "IVF_FLAT"},
        }
    ]


def test_segments_tells_state_rows_and_indexes(command: Elanus, target: list[str]) -> None:
    (segment,) = json.loads(command("segments", "points", "--json", *target).out)
    assert (segment["row_count"], segment["deleted_rows"], segment["is_growing"]) == (2000, 0, False)
    assert len(segment["index_ids"]) == 1
    assert command("segments", "points", *target).out.split("\n")[1].split()[2:4] == ["sealed", "2,000"]


def test_cancel_of_a_finished_index_cancels_nothing(command: Elanus, target: list[str]) -> None:
    assert command("index", "cancel", "points", *target).out == "cancelled 0 builds of vector\n"


def test_index_list_and_describe_tell_state_parameters_and_measured_recall(command: Elanus, target: list[str]) -> None:
    (listed,) = json.loads(command("index", "list", "points", "--json", *target).out)
    described = json.loads(command("index", "describe", "points", "--json", *target).out)
    assert listed == described
    assert (listed["type"], listed["indexed_rows"], listed["pending_rows"]) == ("IVF_FLAT", 2000, 0)
    assert 0.5 < listed["recall"]["recall_at_10"] <= 1
    text = command("index", "describe", "points", "vector", *target).out
    assert "nlist=8" in text
    assert "2,000 indexed, 0 pending" in text


def test_index_lives_from_switch_to_drop_to_create(command: Elanus, target: list[str]) -> None:
    switched = command("index", "switch", "points", "--type", "HNSW", "-p", "M=8", "--watch", *target)
    assert "built vector HNSW" in switched.out
    assert json.loads(command("index", "describe", "points", "--json", *target).out)["spec"]["params"]["M"] == 8

    assert "exact now" in command("index", "drop", "points", "vector", *target).out
    assert json.loads(command("index", "list", "points", "--json", *target).out) == []

    created = command(
        "index", "create", "points", "vector", "--type", "IVF_FLAT", "--metric", "L2", "-p", "nlist=8", *target
    )
    assert "declared vector" in created.out
    watched = json.loads(command("index", "watch", "points", "--json", *target).out)
    assert (watched["type"], watched["indexed_rows"]) == ("IVF_FLAT", 2000)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["index", "list", "nothing"], "nothing"),
        (["index", "describe", "points", "other"], "points has no index 'other'; it has: vector"),
        (["index", "create", "points", "vector", "--type", "HNSQ"], "invalid index type: HNSQ]"),
        (["index", "create", "points", "vector", "-p", "M"], "--param M is not name=value"),
        (["collections", "--db", "elsewhere"], "elsewhere"),
    ],
)
def test_refusal_is_a_sentence_and_exit_code_1(
    command: Elanus, target: list[str], words: list[str], sentence: str
) -> None:
    ran = command(*words, *target)
    assert ran.code == 1
    assert ran.err.startswith("error ")
    assert sentence in ran.err
    assert "Traceback" not in ran.err


def test_target_that_is_not_there_is_refused_with_what_to_do(command: Elanus, tmp_path: Path) -> None:
    assert "holds no Elanus data" in command("collections", "--data", str(tmp_path / "none")).err
    assert not (tmp_path / "none").exists()
    assert "elanus serve" in command("collections", "--uri", "http://127.0.0.1:1").err
    assert "not both" in command("collections", "--uri", "http://x", "--data", "y").err


def test_wrong_usage_is_exit_code_2(command: Elanus) -> None:
    assert command("index", "describe").code == 2
    assert command("no-such-command").code == 2


def test_inspect_tells_every_file_and_finds_a_flipped_byte(command: Elanus, data: Path) -> None:
    whole = command("inspect", str(data), "--json")
    files = json.loads(whole.out)
    assert whole.code == 0
    assert {file["kind"] for file in files} >= {"catalog", "data", "keys", "index"}
    assert "points: 2,000 rows of 4 fields" in {file["holds"] for file in files}
    assert not any(file["problem"] for file in files)

    keys = next(Path(file["path"]) for file in files if file["kind"] == "keys")
    original = keys.read_bytes()
    keys.write_bytes(original[:1000] + bytes([original[1000] ^ 1]) + original[1001:])
    try:
        damaged = command("inspect", str(data))
        told = json.loads(command("inspect", str(data), "--json").out)
    finally:
        keys.write_bytes(original)
    assert damaged.code == 1
    assert "1 of" in damaged.err
    problems = [file["problem"] for file in told if file["problem"]]
    assert len(problems) == 1
    assert "keys.arrow, expected" in problems[0]


def test_inspect_of_a_directory_in_use_names_the_owner(command: Elanus, data: Path) -> None:
    client = elanus.MilvusClient(data)
    try:
        assert "in use by process" in command("inspect", str(data)).err
    finally:
        client.close()


def test_config_tells_value_and_source(command: Elanus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ELANUS_PORT", "4711")
    found = json.loads(command("config", "--json").out)
    assert found["port"] == {"value": 4711, "source": "ELANUS_PORT"}
    assert found["host"] == {"value": "127.0.0.1", "source": "default"}
    assert "4711" in command("config").out


def test_version_names_elanus_first(command: Elanus) -> None:
    assert command("version").out.split()[:2] == ["elanus", elanus.__version__]
    assert json.loads(command("version", "--json").out)["elanus"] == elanus.__version__


def test_every_command_has_help() -> None:
    names = [info.callback.__name__ for info in app.registered_commands if info.callback and not info.callback.__doc__]
    assert names == []
