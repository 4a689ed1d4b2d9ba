"""What an index shall reach: a value that asking needs no engine for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """recall at least; memory and the 99th latency at most, 0 = whatever it takes."""

    recall: float = 0.95
    memory_bytes: int = 0
    p99_us: float = 0.0
