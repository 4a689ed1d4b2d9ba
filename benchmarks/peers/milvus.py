"""Milvus 2.3.5 standalone, from the PyPI package ``milvus``."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from benchmarks.peers.base import Peer, free_port
from benchmarks.peers.env import python_of
from benchmarks.processes import tree

REQUIREMENTS = ("milvus==2.3.5", "pymilvus==2.3.7", "marshmallow<4", "setuptools<81")

LAUNCHER = """
import sys
from milvus import MilvusServer
server = MilvusServer(data_dir=sys.argv[1], proxy_port=int(sys.argv[2]), wait_for_started=False)
server.start()
sys.exit(server.server_proc.wait())
"""


class Milvus(Peer):
    name = "milvus"
    version = "Milvus 2.3.5"

    @property
    def python(self) -> Path:
        return python_of("peer-milvus", REQUIREMENTS)

    def start(self) -> None:
        self.port = free_port()
        self.launch(self.python, "-c", LAUNCHER, self.folder / "data", str(self.port))

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The server itself, not the interpreter that launched it."""
        launcher, *children = tree(super().pid)
        return children[0] if children else launcher

    def stop(self) -> None:
        """Kills the whole tree: the server rarely ends on request, and its launcher would leave it behind."""
        if self.process is None:
            return
        for pid in reversed(tree(super().pid)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
