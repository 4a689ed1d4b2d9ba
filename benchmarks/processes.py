"""Memory and processor time of a process and all its children, read from ``/proc`` (Linux)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Resident memory of a process tree in MiB, and how much of it is not a mapped file."""

    resident_mb: float
    anonymous_mb: float


NOTHING = Memory(0.0, 0.0)


def memory_of(pid: int) -> Memory:
    return Memory(resident_mb(pid), anonymous_mb(pid))


def resident_mb(pid: int) -> float:
    """Resident memory of the tree, mapped pages included, in MiB; a page that processes share counts once."""
    return sum(_kb(each, "smaps_rollup", "Pss") for each in tree(pid)) / 2**10


def anonymous_mb(pid: int) -> float:
    """Resident memory of the tree that is not a mapped file and so cannot be dropped and read again, in MiB."""
    return sum(_kb(each, "status", "RssAnon") for each in tree(pid)) / 2**10


def cpu_s(pid: int) -> float:
    """Processor seconds the tree has used so far."""
    return sum(_ticks(each) for each in tree(pid)) / _TICKS


def tree(pid: int) -> list[int]:
    """The process and all it started, directly or not, that are still there."""
    found = [pid]
    for parent in found:
        found.extend(_children(parent))
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _kb(pid: int, name: str, key: str) -> int:
    lines = _read(pid, name, "").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{key}:")), 0)


def _ticks(pid: int) -> int:
    fields = _read(pid, "stat", "").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:13])


def _read(pid: int, name: str, gone: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return gone
