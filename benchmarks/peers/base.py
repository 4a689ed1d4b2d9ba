"""What a measured database offers to the benchmarks."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from benchmarks.peers.agent import Agent
from benchmarks.peers.env import PeerUnavailable


class Peer(ABC):
    """A database: a server process of its own (or none, when embedded in its agent), and client processes.

    ef is left to the fleet; everything else a peer needs to be told is a class attribute.
    """

    name: ClassVar[str]
    version: str
    program: ClassVar[str] = "pymilvus_agent.py"
    index_type: str = "HNSW"
    index_params: ClassVar[dict[str, str | int]] = {"M": 16, "efConstruction": 200}

    def __init__(self, folder: Path, data: dict[str, str]) -> None:
        """folder is this peer's own, empty; data the exported arrays an agent opens."""
        self.folder = folder
        self.data = data
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    @abstractmethod
    def python(self) -> Path:
        """Interpreter of the environment of this peer's clients. Raises PeerUnavailable."""

    @abstractmethod
    def start(self) -> None:
        """Starts the server on ``self.folder`` and returns at once."""

    @property
    @abstractmethod
    def uri(self) -> str:
        """Where a client connects."""

    def stop(self) -> None:
        """Asks the server to end, and ends it when it does not within 15 seconds."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def check_alive(self) -> None:
        """Raises PeerUnavailable, with the last line of its log, when the server process has ended."""
        if self.process is not None and self.process.poll() is not None:
            said = self.log().strip().splitlines()
            raise PeerUnavailable(f"its server ended with status {self.process.returncode}: {(said or [''])[-1]}")

    @property
    def pid(self) -> int:
        """Of the server process, whose tree holds the peer's memory and processor time."""
        assert self.process is not None, f"{self.name} is not started"
        return self.process.pid

    def agent(self) -> Agent:
        """A new client process with the data open, not yet connected."""
        return Agent(self.python, self.program, self.data)

    def launch(self, *command: str | Path) -> None:
        """Starts the server process with its output in ``server.log`` of the folder."""
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                env={**os.environ, **self.environment},
            )

    def log(self) -> str:
        """All that the server has written so far."""
        return (self.folder / "server.log").read_text()


def free_port() -> int:
    """A port nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
