"""A client process of a peer, commanded from here."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).resolve().parents[1] / "agents"


class AgentFailed(Exception):
    """A command could not be carried out; the message is the client's own."""


class Agent:
    """One client process. ``post`` and ``answer`` are the halves of ``call``, so that several work at once."""

    def __init__(self, python: Path, program: str, data: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [python, "-W", "ignore", PROGRAMS / program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.call("open", **data)

    def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer. Raises AgentFailed."""
        self.post(op, **arguments)
        return self.answer()

    def post(self, op: str, **arguments: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
        self.process.stdin.flush()

    def answered(self) -> bool:
        """Whether the answer to the posted command has come."""
        assert self.process.stdout is not None
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AgentFailed(f"the client process ended with status {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise AgentFailed(answer["error"])
        return answer

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def call_together(agents: Sequence[Agent], op: str, **arguments: Any) -> list[dict[str, Any]]:
    """The same command on all agents at once; their answers in order."""
    for agent in agents:
        agent.post(op, **arguments)
    return [agent.answer() for agent in agents]
