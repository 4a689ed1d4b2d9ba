"""The clockwork: looks at every collection now and then and starts what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from elanus.engine.collection import Collection
from elanus.engine.segments.compact import fewest_merged
from elanus.engine.settings import EngineSettings
from elanus.schema.lean import give_memory_back

logger = logging.getLogger(__name__)

SILENT_SECONDS = 60.0


class Maintenance:
    """One thread that decides; the work is done elsewhere."""

    def __init__(self, collections: Callable[[], Iterable[Collection]], settings: EngineSettings) -> None:
        self._collections = collections
        self._settings = settings
        self._stop = threading.Event()
        self._looked_at_s = time.monotonic()
        self._sealed: frozenset[int] = frozenset()
        self._thread = threading.Thread(target=self._run, name="elanus-maintenance", daemon=True)
        self._thread.start()

    @property
    def silent_s(self) -> float:
        """Seconds since it last looked at a collection."""
        return time.monotonic() - self._looked_at_s

    @property
    def is_alive(self) -> bool:
        """A look may take a while, when the catalog's disk is slow."""
        return self._thread.is_alive() and self.silent_s < SILENT_SECONDS + 2 * self._settings.maintenance_seconds

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._settings.maintenance_seconds):
            self._looked_at_s = time.monotonic()
            for collection in self._collections():
                try:
                    tend(collection, self._settings)
                except Exception:
                    if not self._stop.is_set():
                        logger.exception("maintenance of %s failed; it is tried again", collection.name)
            self._return_memory()

    def _return_memory(self) -> None:
        """What was freed when rows in memory became segment files, or segments were merged, since the last look."""
        segments = (segment for collection in self._collections() for segment in collection.view.segments)
        sealed = frozenset(segment.id for segment in segments if not segment.is_growing)
        if sealed != self._sealed:
            self._sealed = sealed
            give_memory_back()


def tend(collection: Collection, settings: EngineSettings) -> None:
    """Start the seal, merges, builds and measurements that are due; a damaged collection stays as it is."""
    if collection.dropped or collection.view.damages:
        return
    collection.seals.tend()
    collection.indexes.want_builds()
    collection.indexes.live_recall.tend()
    fewest = fewest_merged(collection.seals.growth(), settings)
    if fewest and not collection.indexes.definitions.any_paused:
        collection.compactions.tend(fewest)
