"""Which build is next, and which will never fit: pure functions over what waits and what runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from elanus.engine.building.build import Build
from elanus.index.alternative import built_in_passes
from elanus.index.base import IndexSpec

PATIENCE_SECONDS = 60.0
"""A build that lacks memory is passed by smaller ones no longer than this; then they wait until it fits."""
AGING_SECONDS = 60.0
"""A build that waited this long counts as half as large, after twice as long as a third: none waits for ever."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the choice is made from.

    served        when a build of each collection was last begun, in any ascending number, by collection id
    memory_bytes  all builds together may need so much
    now_s         the monotonic clock
    """

    waiting: Sequence[Build]
    running: Collection[Build]
    served: Mapping[int, int]
    memory_bytes: int
    now_s: float


def next_build(scene: Scene) -> Build | None:
    """The build to begin now; None when nothing waits or memory has to be given back first.

    Collections take turns. Within one, what somebody waits for comes first, then the smallest.
    """
    free = scene.memory_bytes - sum(build.order.estimate.peak_bytes for build in scene.running)
    for build in sorted(scene.waiting, key=lambda build: _rank(build, scene)):
        need = build.order.estimate.peak_bytes
        if need <= free or need > scene.memory_bytes:  # the latter is begun to be refused
            return build
        if scene.now_s - build.queued_s > PATIENCE_SECONDS:
            return None
    return None


def shortfall(build: Build, memory_bytes: int, disk_bytes: int) -> str:
    """Why this build can never be begun: what it needs, what there is, what to do. "" when it can."""
    need = build.order.estimate
    if need.peak_bytes > memory_bytes:
        return (
            f"the build needs about {_text(need.peak_bytes)} of memory, builds may take {_text(memory_bytes)}: "
            f"{_text(need.peak_bytes - memory_bytes)} short; raise build_memory_bytes or {_other(build, memory_bytes)}"
        )
    if need.disk_bytes > disk_bytes:
        return (
            f"the index needs about {_text(need.disk_bytes)} of disk, {_text(disk_bytes)} are free: "
            f"{_text(need.disk_bytes - disk_bytes)} short; free some space and resume the index"
        )
    return ""


def _other(build: Build, memory_bytes: int) -> str:
    """What to index the same rows with."""
    spec, rows = build.order.spec, build.order.row_count
    name = built_in_passes(spec, rows, memory_bytes) if isinstance(spec, IndexSpec) else ""
    return f"choose {name} by its defaults, which is built in passes" if name else "choose a smaller index type"


def _rank(build: Build, scene: Scene) -> tuple[int, int, bool, float, int]:
    collection = build.order.collection_id
    running = sum(other.order.collection_id == collection for other in scene.running)
    aged = build.order.row_count / (1 + (scene.now_s - build.queued_s) / AGING_SECONDS)
    return running, scene.served.get(collection, 0), not build.is_awaited, aged, build.order.build_id


def _text(size: float) -> str:
    return f"{size / 2**30:.2f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
