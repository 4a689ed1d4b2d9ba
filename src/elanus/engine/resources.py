"""What all collections of a data directory share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from elanus.engine.building.queue import BuildBudget, BuildQueue
from elanus.engine.indexes.specs import Spec, resolved
from elanus.engine.settings import EngineSettings
from elanus.engine.writes.room import Room
from elanus.errors import NotReady
from elanus.index.generation import NEWEST, Generation
from elanus.schema.field import Field
from elanus.storage.catalog import Catalog
from elanus.storage.clock import HybridClock
from elanus.storage.counters import Counters
from elanus.storage.history import History
from elanus.storage.layout import Layout

CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Resources:
    """sealing  one thread: growing rows become files in the order in which they stopped growing
    merging     one thread: compactions, one after the other
    room        for what grows in memory
    """

    layout: Layout
    settings: EngineSettings
    catalog: Catalog
    history: History
    counters: Counters
    clock: HybridClock
    builds: BuildQueue
    sealing: ThreadPoolExecutor
    merging: ThreadPoolExecutor
    room: Room

    def index_spec(self, params: Mapping[str, str], field: Field, generation: Generation = NEWEST) -> Spec:
        """What an index with these parameters would be built as. Raises ParameterInvalid, Rejected."""
        return resolved(params, field, generation, on_cpu=self.settings.gpu_indexes == "cpu")

    @staticmethod
    def open(data_dir: Path, settings: EngineSettings) -> Resources:
        """The directory must be locked by this process."""
        layout = Layout(data_dir)
        with ExitStack() as opened:
            counters = Counters(layout.counters)
            opened.callback(counters.close)
            catalog = Catalog(layout.catalog)
            opened.callback(catalog.close)
            history = History(layout.history)
            opened.pop_all()
        return Resources(
            layout,
            settings,
            catalog,
            history,
            counters,
            HybridClock(counters),
            BuildQueue(
                BuildBudget(settings.build_workers, settings.build_memory_bytes or _machine_memory_bytes() // 2)
            ),
            ThreadPoolExecutor(1, "elanus-seal"),
            ThreadPoolExecutor(1, "elanus-merge"),
            Room(settings.growing_bytes, settings.write_wait_seconds),
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
        self.history.close()
        self.catalog.close()


def _machine_memory_bytes() -> int:
    """Of the machine, or what this process's container may use of it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = CONTAINER_LIMIT.read_text().strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole
