"""What operators ask: versions, health, segments, compaction, builds, live switches."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.health import PartHealth, health_of
from elanus.engine.requests import BuildState, CompactionStatus, SegmentInfo
from elanus.errors import IndexNotFound

COMPATIBLE_VERSION = "2.6.4"
"""The Milvus release clients are told they talk to: they choose their requests by it."""
_UNFINISHED = (BuildState.QUEUED, BuildState.RUNNING)


class Admin:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def version(self) -> str:
        return f"v{COMPATIBLE_VERSION}-elanus"

    def health(self) -> list[PartHealth]:
        """Of every part of the database."""
        return health_of(self._engine)

    def allocate_timestamp(self) -> int:
        """A hybrid timestamp later than every one given before."""
        return self._engine.allocate_timestamp()

    def segments(self, collection: Collection) -> list[SegmentInfo]:
        return collection.segments()

    def compact(self, collection: Collection) -> int:
        """Starts a compaction; its request id, -1 when there is nothing to do."""
        return collection.compact()

    def compaction(self, request_id: int) -> CompactionStatus:
        """How a compaction stands. An id of no collection (or -1) is one that had nothing to do."""
        for database in self._engine.databases():
            for collection in self._engine.collections(database.name):
                status = collection.compaction(request_id)
                if status.executing + status.completed + status.failed:
                    return status
        return CompactionStatus(id=request_id, executing=0, completed=0, failed=0, plans=())

    def switch_index(self, collection: Collection, name: str, params: Mapping[str, str]) -> None:
        """Replaces an index by another type or other parameters while searches go on."""
        collection.indexes.definitions.switch(name, params)

    def pause_index(self, collection: Collection, name: str) -> None:
        """Builds nothing for it until it is resumed, also after a restart."""
        collection.indexes.definitions.pause(name)

    def resume_index(self, collection: Collection, name: str) -> None:
        """Builds again, also what failed for good, was refused or cancelled."""
        collection.indexes.definitions.resume(name)

    def cancel_builds(self, collection: Collection, name: str) -> int:
        """Ends the unfinished builds of an index; how many. What they would have covered is searched exactly."""
        cancelled = 0
        for status in collection.indexes.every_status(name):
            for build in status.builds:
                if build.state in _UNFINISHED:
                    with suppress(IndexNotFound):  # it ended meanwhile
                        collection.indexes.builds.cancel(build.build_id)
                        cancelled += 1
        return cancelled
