"""LanceDB, embedded in its client process: measured for Arrow columns only."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.base import Peer
from benchmarks.peers.env import python_of
from benchmarks.peers.milvus_lite import REQUIREMENTS


class LanceDB(Peer):
    name = "lancedb"
    version = "LanceDB 0.40.0"
    program = "lancedb_agent.py"

    @property
    def python(self) -> Path:
        return python_of("peer-lite", REQUIREMENTS)

    def start(self) -> None:
        """Nothing to start: the database lives in the agent."""

    @property
    def uri(self) -> str:
        return str(self.folder / "data")
