"""Which index for which wish: what trials on a sample say of all rows, and the choice. Pure functions.

Extrapolated as the types cost: a graph's search grows with the logarithm of the rows, that of lists with their square
root (there are 4 sqrt(n) of them), exact search with the rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from elanus.engine.indexes.wish import Wish
from elanus.index.base import IndexSpec
from elanus.index.curve import CurvePoint, effort_of


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate built over the sample.

    whole  its spec over all rows
    """

    spec: IndexSpec
    whole: IndexSpec
    row_count: int
    seconds: float
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A candidate over all rows, as far as a sample tells.

    effort        the search parameter and its value; ("", 0) for a type without one
    recall        promised at that effort; p50_us, p99_us: of one search by one thread
    memory_bytes  held, with the file's pages that searches touch
    against       why it does not meet the wish; "" when it does
    points        (recall, searches a second) over the measured efforts, to draw
    """

    type: str
    params: Mapping[str, Any]
    effort: tuple[str, int]
    recall: float
    p50_us: float
    p99_us: float
    memory_bytes: int
    file_bytes: int
    build_seconds: float
    against: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Size:
    """What an index of all rows needs (formulas of its type)."""

    resident_bytes: int
    disk_bytes: int


def advise(trial: Trial, wish: Wish, rows: int, size: Size) -> Advice:
    """What the trial says of an index over all the rows."""
    slower = growth(trial.spec, trial.row_count, rows)
    point = next((p for p in trial.curve if p.safe_recall >= wish.recall), trial.curve[-1])
    param = effort_of(trial.spec)
    found = Advice(
        type=trial.spec.type,
        params=dict(trial.whole.params),
        effort=(param.name, point.effort) if param is not None else ("", 0),
        recall=point.safe_recall,
        p50_us=point.p50_us * slower,
        p99_us=point.p99_us * slower,
        memory_bytes=size.resident_bytes + size.disk_bytes,
        file_bytes=size.disk_bytes,
        build_seconds=trial.seconds * rows / trial.row_count * (slower if "HNSW" in trial.spec.type else 1.0),
        against="",
        points=tuple((p.safe_recall, 1e6 / (p.p50_us * slower)) for p in trial.curve if p.p50_us),
    )
    return replace(found, against=objection(found, wish))


def growth(spec: IndexSpec, sample: int, rows: int) -> float:
    """How many times a search over all rows costs one over the sample."""
    ratio = max(rows, 1) / max(sample, 1)
    if effort_of(spec) is None:
        return ratio
    if "nlist" in spec.params:
        return math.sqrt(ratio)
    return math.log2(max(rows, 4)) / math.log2(max(sample, 4))


def objection(advice: Advice, wish: Wish) -> str:
    if advice.recall < wish.recall:
        return f"promises recall {advice.recall:.3f} at most"
    if wish.memory_bytes and advice.memory_bytes > wish.memory_bytes:
        return f"needs {advice.memory_bytes / 2**20:,.0f} MiB of memory"
    if wish.p99_us and advice.p99_us > wish.p99_us:
        return f"takes {advice.p99_us:,.0f} us at the 99th"
    return ""


def ranked(found: Sequence[Advice]) -> list[Advice]:
    """Those that meet the wish first, the fastest first."""
    return sorted(found, key=lambda advice: (bool(advice.against), advice.p50_us))


def reason(best: Advice, wish: Wish) -> str:
    """Why this one, in a sentence."""
    if best.against:
        return f"no candidate meets the wish; {best.type} comes first but {best.against}"
    name, value = best.effort
    how = f" with {name} {value}" if name else ""
    return f"{best.type}{how} is the fastest of those that promise recall {wish.recall:g} within the limits"
