"""What a workload meant to do and what was acknowledged, on the disk before and after each step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from crash.model import Operation, State

INTENT, ACKNOWLEDGED, UNDONE = "intent", "acknowledged", "undone"


@dataclass(frozen=True)
class Told:
    """state after everything acknowledged; ``open_intent`` is the one operation whose end nobody heard of."""

    state: State
    operations: int
    open_intent: Operation | None

    @property
    def allowed(self) -> list[State]:
        """What may be found after a crash: the last operation happened wholly, or not at all."""
        return [self.state] if self.open_intent is None else [self.state, self.state.after(self.open_intent)]


class Journal:
    """One lane's file; its writer dies by SIGKILL, so every line is written by one call."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def intend(self, operation: Operation) -> None:
        self._line(INTENT, operation.to_json())

    def acknowledge(self) -> None:
        self._line(ACKNOWLEDGED)

    def settle(self, happened: bool) -> None:
        """The harness saw what became of the open intent."""
        self._line(ACKNOWLEDGED if happened else UNDONE)

    def read(self) -> Told:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        state, count, intent = State(), 0, None
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == INTENT:
                intent, count = Operation.from_json(rest), count + 1
                continue
            assert intent is not None, f"{self.path}: {word} without an intent"
            state = state.after(intent) if word == ACKNOWLEDGED else state
            intent = None
        return Told(state, count, intent)

    def _line(self, word: str, rest: str = "") -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{word} {rest}\n".encode())
        finally:
            os.close(descriptor)
