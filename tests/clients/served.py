"""A server of its own for one client: an empty directory, free ports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN_S = 60.0
SETTINGS = {"ELANUS_SMALL_SEGMENT_ROWS": "100", "ELANUS_PORT": "0", "ELANUS_METRICS_PORT": "0"}
"""So that a few hundred rows get a real index."""


@dataclass(frozen=True)
class Addresses:
    """``host:port`` of the Milvus API, of monitoring, and of the HTTP API of Milvus 1.x; ``imports`` is a directory."""

    api: str
    metrics: str
    http_1x: str
    imports: str = ""


@contextmanager
def server(variables: Mapping[str, str]) -> Iterator[Addresses]:
    """The addresses of a server that runs until the block ends. Raises RuntimeError when it does not start.

    variables  of its environment, besides those every client's server has
    """
    with tempfile.TemporaryDirectory(prefix="elanus-clients-") as folder:
        log = Path(folder, "server.log")
        port_1x = _free_port()
        settings = {**SETTINGS, "ELANUS_HTTP_PORT_1X": str(port_1x), **variables}
        command = [sys.executable, "-m", "elanus", "serve", "--data", f"{folder}/data", "--log-format", "json"]
        with log.open("w") as sink:
            process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=sink, stderr=sink)
        try:
            yield _addresses(process, log, port_1x)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _addresses(process: subprocess.Popen[bytes], log: Path, port_1x: int) -> Addresses:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if '"ready"' in line:
                ready = json.loads(line)
                imports = Path(ready["data"], "import")
                imports.mkdir(exist_ok=True)
                return Addresses(ready["address"], ready["metrics"], f"127.0.0.1:{port_1x}", str(imports))
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")
