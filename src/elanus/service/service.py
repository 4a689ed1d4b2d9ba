"""The bundle a door is given: one object per kind of thing."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.service.admin import Admin
from elanus.service.aliases import Aliases
from elanus.service.collections import Collections
from elanus.service.data import Data
from elanus.service.databases import Databases
from elanus.service.indexes import Indexes
from elanus.service.load import Loads
from elanus.service.partitions import Partitions
from elanus.service.search import Searches


class Service:
    """Every use case over one engine. Safe to call from many threads."""

    def __init__(self, engine: Engine) -> None:
        self.databases = Databases(engine)
        self.collections = Collections(engine)
        self.partitions = Partitions()
        self.aliases = Aliases(engine)
        self.indexes = Indexes()
        self.loads = Loads()
        self.data = Data()
        self.searches = Searches()
        self.admin = Admin(engine)
