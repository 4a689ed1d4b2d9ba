"""Elanus itself, served."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers.base import Peer, free_port


class Elanus(Peer):
    name = "elanus"

    def __init__(self, folder: Path, data: dict[str, str], index_type: str = "HNSW") -> None:
        super().__init__(folder, data)
        self.index_type = index_type
        self.version = f"Elanus {index_type}"

    @property
    def python(self) -> Path:
        return Path(sys.executable)

    def start(self) -> None:
        self.port = free_port()
        where = ["--data", str(self.folder / "data"), "--port", str(self.port), "--metrics-port", str(free_port())]
        self.launch(self.python, "-m", "elanus", "serve", *where)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"
