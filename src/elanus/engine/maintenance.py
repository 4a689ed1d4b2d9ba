"""The clockwork: looks at every collection now and then and starts what is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from elanus.engine.collection import Collection
from elanus.engine.settings import EngineSettings

logger = logging.getLogger(__name__)


class Maintenance:
    """One thread that decides; the work is done elsewhere."""

    def __init__(self, collections: Callable[[], Iterable[Collection]], settings: EngineSettings) -> None:
        self._collections = collections
        self._settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="elanus-maintenance", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._settings.maintenance_seconds):
            for collection in self._collections():
                try:
                    tend(collection, self._settings)
                except Exception:
                    if not self._stop.is_set():
                        logger.exception("maintenance of %s failed; it is tried again", collection.name)


def tend(collection: Collection, settings: EngineSettings) -> None:
    """Start the seal, the merges and the repeated builds that are due."""
    if collection.dropped:
        return
    collection.seals.tend()
    collection.indexes_of.want_builds()
    if collection.seals.quiet_s >= settings.merge_quiet_seconds:
        collection.compactions.tend()
