"""`elanus serve` as a process: how it starts, how it is refused, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest
from pymilvus import MilvusClient

import elanus


class Serving:
    """A server process, ready, with the port it chose."""

    def __init__(self, data: Path, *options: str) -> None:
        command = [sys.executable, "-m", "elanus", "serve", "--data", str(data), "--port", "0", "--metrics-port", "0"]
        self.process = subprocess.Popen(
            [*command, "--log-format", "json", *options], stderr=subprocess.PIPE, text=True, env=clean_environment()
        )
        assert self.process.stderr is not None
        self.ready = json.loads(self.process.stderr.readline())
        self.uri = f"http://{self.ready['address']}"

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=20)
        return self.process.returncode


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ELANUS_")}


@contextmanager
def serving(data: Path) -> Iterator[Serving]:
    server = Serving(data)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


def insert(uri: str) -> None:
    client = MilvusClient(uri)
    client.create_collection("points", dimension=4)
    client.insert("points", [{"id": i, "vector": [1.0, 2.0, 3.0, float(i)]} for i in range(50)])
    client.close()


def row_count(data: Path) -> int:
    client = elanus.MilvusClient(data)
    try:
        return client.query("points", filter="", output_fields=["count(*)"])[0]["count(*)"]
    finally:
        client.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)])
def test_acknowledged_rows_outlive_the_process_however_it_ends(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with serving(tmp_path) as server:
        assert server.ready["message"] == "ready"
        insert(server.uri)
        assert server.end(number) == code
    assert row_count(tmp_path) == 50


def test_taken_port_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "elanus", "serve", "--data", tmp_path, "--port", str(port), "--metrics-port", "0"],
            capture_output=True,
            text=True,
            timeout=60,
            env=clean_environment(),
        )
    assert refused.returncode == 1
    assert re.search(rf"error .*127\.0\.0\.1:{port}", refused.stderr)
    assert "Traceback" not in refused.stderr


def test_grpcio_says_that_it_has_no_rest_beside_it(tmp_path: Path) -> None:
    server = Serving(tmp_path, "--wire", "grpcio")
    try:
        assert server.process.stderr is not None
        said = json.loads(server.process.stderr.readline())
        assert said["level"] == "warning"
        assert "no REST on the port of the Milvus API" in said["message"]
        insert(server.uri)
        with pytest.raises((HTTPException, OSError)):
            urlopen(f"{server.uri}/v2/vectordb/collections/list", b"{}", timeout=5)
    finally:
        server.end(signal.SIGTERM)
