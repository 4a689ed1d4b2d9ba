"""The indexes of one collection: definitions, the builds they ask for, and the files that serve.

A definition is durable; which builds it needs follows from the sealed segments; the state a client sees is derived
from the builds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from elanus.engine.indexes import status as index_status
from elanus.engine.indexes.builds import IndexBuilds
from elanus.engine.indexes.definitions import IndexDefinitions
from elanus.engine.indexes.family import preference, public_name, serves
from elanus.engine.indexes.live_recall import LiveRecall
from elanus.engine.indexes.reports import IndexReports
from elanus.engine.indexes.roles import IndexRoles
from elanus.engine.indexes.serving import Serving
from elanus.engine.requests import IndexStatus
from elanus.errors import TimedOut
from elanus.storage.catalog import BuildRecord, IndexRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


class Indexes:
    """Read and changed under the collection's lock."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._changed = threading.Condition(collection.lock.lock)
        self.definitions = IndexDefinitions(collection)
        self.builds = IndexBuilds(collection, self._ended)
        self.roles = IndexRoles(collection)
        self.serving = Serving(collection)
        self.reports = IndexReports(collection)
        self.live_recall = LiveRecall(collection)

    def recovered(self, definitions: Iterable[IndexRecord], builds: Iterable[BuildRecord]) -> None:
        """Take what the catalog holds."""
        self.definitions.by_id = {definition.id: definition for definition in definitions}
        self.builds.recovered(builds)

    def want_builds(self) -> None:
        """Queue every build that is missing. Called whenever segments or definitions changed."""
        self.builds.want()
        self._conclude()

    def build_what_is_there(self) -> None:
        """Rows that were inserted before the index are sealed, so that they are indexed without waiting for more."""
        collection = self._collection
        with collection.lock:
            grown = collection.seals.growth().rows
            if grown >= collection.resources.settings.small_segment_rows:
                collection.seals.rotate()
                collection.seals.start()
        self.want_builds()

    def finished(self, segment_id: int) -> list[tuple[IndexRecord, BuildRecord]]:
        """Finished builds over a segment, of definitions that serve; of one family the preferred one last."""
        by_id = self.definitions.by_id
        serving = [definition for definition in by_id.values() if serves(definition, by_id)]
        found = [
            (d, self.builds.records.get((d.id, segment_id)))
            for d in sorted(serving, key=lambda d: preference(d, by_id))
        ]
        return [(d, build) for d, build in found if build is not None and build.state == "finished"]

    def statuses(self, name: str = "", before_ts: int = 0) -> list[IndexStatus]:
        """Of the index that serves under this name, or of all that serve; empty when there is none.

        before_ts  counts only segments sealed before it; 0 = all
        """
        with self._collection.lock:
            found = [d for d in self._declared() if d.state == "serving" and name in ("", public_name(d))]
            return [index_status.public_status(self._collection, d, before_ts) for d in self._asked(found, name)]

    def every_status(self, name: str = "") -> list[IndexStatus]:
        """Of the index of this name, or of all, also of those that do not serve."""
        with self._collection.lock:
            found = [definition for definition in self._declared() if name in ("", definition.name)]
            return [index_status.status(self._collection, d, 0) for d in self._asked(found, name)]

    def wait(self, name: str, timeout_s: float) -> IndexStatus:
        """The status when no build is under way or to come. Raises IndexNotFound, TimedOut."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                definition = self.definitions.named(name)
                self._asked([definition], name)
                status = index_status.status(self._collection, definition, 0)
                if index_status.is_settled(self._collection, definition):
                    return status
                self._collection.check_open()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(f"index {name} has {status.pending_rows} pending rows after {timeout_s} s")
                self._changed.wait(min(left, 0.5))

    def _declared(self) -> list[IndexRecord]:
        """Every definition but those that are to replace another."""
        return [definition for definition in self.definitions.by_id.values() if definition.replaces is None]

    def _asked(self, definitions: list[IndexRecord], name: str) -> list[IndexRecord]:
        """Who asks for an index by its name waits for it, and for what is to replace it."""
        if name:
            ids = {definition.id for definition in definitions}
            self.builds.hurry({d.id for d in self.definitions.by_id.values() if d.id in ids or d.replaces in ids})
        return definitions

    def _ended(self) -> None:
        """A build ended."""
        with self._changed:
            self._changed.notify_all()
        self._conclude()

    def _conclude(self) -> None:
        if self.definitions.conclude_switches():
            with self._changed:
                self._changed.notify_all()
