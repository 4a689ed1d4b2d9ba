"""The server of milvus-lite."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.base import Peer, free_port
from benchmarks.peers.env import python_of

REQUIREMENTS = ("milvus-lite==3.2.2", "pymilvus==3.0.2", "lancedb==0.40.0")


class MilvusLite(Peer):
    name = "milvus-lite"
    version = "milvus-lite 3.2.2"

    @property
    def python(self) -> Path:
        return python_of("peer-lite", REQUIREMENTS)

    def start(self) -> None:
        self.port = free_port()
        where = ["--data-dir", str(self.folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
        self.launch(self.python, "-m", "milvus_lite", "server", *where)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"
