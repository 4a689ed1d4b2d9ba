"""The bundle the doors of Milvus 1.x are given."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.service.v1.collections import Collections
from elanus.service.v1.commands import Commands
from elanus.service.v1.indexes import Indexes
from elanus.service.v1.partitions import Partitions
from elanus.service.v1.rows import Rows
from elanus.service.v1.search import Searching
from elanus.service.v1.upkeep import Upkeep
from elanus.service.v1.waiting import Waiting


class FirstGeneration:
    """Every use case of Milvus 1.x over one engine. Safe to call from many threads.

    waiting  to be ended before the doors wait for their last calls
    """

    def __init__(self, engine: Engine, release: str) -> None:
        self.waiting = Waiting()
        self.collections = Collections(engine)
        self.partitions = Partitions()
        self.rows = Rows()
        self.indexes = Indexes(self.waiting)
        self.searches = Searching()
        self.upkeep = Upkeep(self.waiting)
        self.commands = Commands(engine, release)
