"""One data directory, several clients and processes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pymilvus import MilvusException

import elanus
from elanus.storage.lock import read_owner

OTHER = """
    import sys
    import elanus
    client = elanus.MilvusClient(sys.argv[1])
"""


def _other(path, body, **more):
    """Another Python process that runs ``body`` with ``client`` on the same directory."""
    script = textwrap.dedent(OTHER) + textwrap.dedent(body)
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **more)


def test_clients_of_one_process_share_the_directory(tmp_path):
    first, second = elanus.MilvusClient(tmp_path / "a.db"), elanus.MilvusClient(str(tmp_path / "a.db"))
    first.create_collection("c", dimension=2)
    first.close()
    assert second.list_collections() == ["c"]
    second.close()
    third = elanus.MilvusClient(tmp_path / "a.db")
    assert third.list_collections() == ["c"]
    third.close()


def test_second_process_is_served_by_the_first(tmp_path):
    client = elanus.MilvusClient(tmp_path / "a.db")
    client.create_collection("c", dimension=2, metric_type="L2")
    other = _other(
        tmp_path / "a.db",
        """
        client.insert("c", [{"id": 7, "vector": [1.0, 2.0]}])
        print(client.search("c", [[1.0, 2.0]])[0].ids, flush=True)
        """,
    )
    answer, _ = other.communicate(timeout=60)
    assert answer.strip() == "[7]"
    assert client.get("c", [7], output_fields=["id"])[0]["id"] == 7
    client.close()


def test_second_process_takes_over_when_the_first_ends(tmp_path):
    owner = _other(
        tmp_path / "a.db",
        """
        client.create_collection("c", dimension=2)
        client.insert("c", [{"id": 1, "vector": [1.0, 2.0]}])
        print("ready", flush=True)
        sys.stdin.readline()
        """,
    )
    assert owner.stdout.readline() == "ready\n"
    client = elanus.MilvusClient(tmp_path / "a.db")
    assert client.list_collections() == ["c"]
    owner.communicate("\n", timeout=60)
    client.insert("c", [{"id": 2, "vector": [0.0, 1.0]}])
    assert client.query("c", "", output_fields=["count(*)"])[0]["count(*)"] == 2
    client.close()


def test_second_process_takes_over_when_the_first_is_killed(tmp_path):
    owner = _other(
        tmp_path / "a.db",
        """
        client.create_collection("c", dimension=2)
        client.insert("c", [{"id": 1, "vector": [1.0, 2.0]}])
        print("ready", flush=True)
        sys.stdin.readline()
        """,
    )
    assert owner.stdout.readline() == "ready\n"
    client = elanus.MilvusClient(tmp_path / "a.db")
    client.describe_collection("c")
    socket = Path(read_owner(tmp_path / "a.db").address.removeprefix("unix:"))
    assert socket.is_socket()
    owner.kill()
    owner.wait(60)
    assert client.query("c", "", output_fields=["count(*)"])[0]["count(*)"] == 1
    assert not socket.parent.exists()
    client.close()
    owner.stdout.close()
    owner.stdin.close()


def test_process_that_forgets_to_close_ends_and_loses_nothing(tmp_path):
    forgetful = _other(
        tmp_path / "a.db",
        """
        client.create_collection("c", dimension=2)
        client.insert("c", [{"id": 1, "vector": [1.0, 2.0]}])
        """,
    )
    forgetful.communicate(timeout=60)
    assert forgetful.returncode == 0
    client = elanus.MilvusClient(tmp_path / "a.db")
    assert client.query("c", "", output_fields=["count(*)"])[0]["count(*)"] == 1
    client.close()


def test_recreated_collection_is_not_mistaken_for_the_old_one(tmp_path):
    """The client remembers schemas; another client drops and makes the collection anew."""
    first, second = elanus.MilvusClient(tmp_path / "a.db"), elanus.MilvusClient(tmp_path / "a.db")
    first.create_collection("c", dimension=2)
    first.insert("c", [{"id": 1, "vector": [0.0, 1.0]}])
    second.drop_collection("c")
    second.create_collection("c", dimension=3)
    first.insert("c", [{"id": 1, "vector": [0.0, 1.0, 2.0]}])
    with pytest.raises(MilvusException):
        first.insert("c", [{"id": 1, "vector": [0.0, 1.0]}])
    first.close()
    second.close()
