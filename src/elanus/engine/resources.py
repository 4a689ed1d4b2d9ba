"""What all collections of a data directory share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from elanus.engine.builds import BuildQueue
from elanus.engine.settings import EngineSettings
from elanus.errors import NotReady
from elanus.storage.catalog import Catalog
from elanus.storage.clock import HybridClock
from elanus.storage.counters import Counters
from elanus.storage.layout import Layout


@dataclass(frozen=True)
class Resources:
    """sealing  one thread: growing rows become files in the order in which they stopped growing
    merging     one thread: compactions, one after the other
    """

    layout: Layout
    settings: EngineSettings
    catalog: Catalog
    counters: Counters
    clock: HybridClock
    builds: BuildQueue
    sealing: ThreadPoolExecutor
    merging: ThreadPoolExecutor

    @staticmethod
    def open(data_dir: Path, settings: EngineSettings) -> Resources:
        """The directory must be locked by this process."""
        layout = Layout(data_dir)
        with ExitStack() as opened:
            counters = Counters(layout.counters)
            opened.callback(counters.close)
            catalog = Catalog(layout.catalog)
            opened.pop_all()
        return Resources(
            layout,
            settings,
            catalog,
            counters,
            HybridClock(counters),
            BuildQueue(settings.build_workers),
            ThreadPoolExecutor(1, "elanus-seal"),
            ThreadPoolExecutor(1, "elanus-merge"),
        )

    def new_id(self) -> int:
        """Raises NotReady once the directory is being closed: the next owner may be given the same numbers."""
        if self.builds.closed:
            raise NotReady("the data directory is being closed; open it again")
        return self.counters.allocate_ids(1)[0]

    def stop(self) -> None:
        """End background work: what it did not finish is found again at the next open."""
        self.builds.close()
        self.merging.shutdown(wait=True, cancel_futures=True)
        self.sealing.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """After :meth:`stop`."""
        self.clock.close()
        self.counters.close()
        self.catalog.close()
