"""Which builds are missing: a pure function of definitions, segments and the builds there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elanus.engine.indexes.specs import has_build
from elanus.storage.catalog import BuildRecord, IndexRecord

BuildKey = tuple[int, int]
"""(index id, segment id)"""


PAUSED = "build.paused"
"""The property of a definition for which nothing is built."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What decides whether a build is missing: pure input of :func:`wanted_builds`."""

    definitions: Sequence[IndexRecord]
    segments: Mapping[int, int]
    builds: Mapping[BuildKey, BuildRecord]
    small_segment_rows: int
    attempts: int


def wanted_builds(state: Wanted) -> list[BuildKey]:
    """Builds that are neither done nor given up, the oldest definition and segment first.

    ``state.segments`` is the number of rows of each sealed segment.
    """
    return [
        (definition.id, segment_id)
        for definition in state.definitions
        if has_build(definition.spec) and not is_paused(definition)
        for segment_id, rows in sorted(state.segments.items())
        if rows >= state.small_segment_rows and is_wanted(state.builds.get((definition.id, segment_id)), state.attempts)
    ]


def is_paused(definition: IndexRecord) -> bool:
    return PAUSED in definition.properties


def is_wanted(build: BuildRecord | None, attempts: int) -> bool:
    """Whether a build has still to be done; one that was never begun has no record, a refused one waits to be asked."""
    if build is None or build.state in ("queued", "running"):
        return True
    return build.state == "failed" and build.attempts < attempts
