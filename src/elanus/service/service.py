"""The bundle a door is given: one object per kind of thing."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.service.access import Access
from elanus.service.admin import Admin
from elanus.service.aliases import Aliases
from elanus.service.analysis import Analyses
from elanus.service.collections import Collections
from elanus.service.databases import Databases
from elanus.service.fields import Fields
from elanus.service.functions import Functions
from elanus.service.imports.imports import Imports
from elanus.service.indexes import Indexes
from elanus.service.load import Loads
from elanus.service.partitions import Partitions
from elanus.service.rows.data import Data
from elanus.service.search.searches import Searches
from elanus.service.snapshots import Snapshots
from elanus.service.tuning import Tuning
from elanus.service.v1.commands import DEFAULT_RELEASE
from elanus.service.v1.first_generation import FirstGeneration


class Service:
    """Every use case over one engine. Safe to call from many threads.

    release_1x  the Milvus release that clients of 1.x are told they talk to
    auth        whether callers must say who they are
    """

    def __init__(self, engine: Engine, release_1x: str = DEFAULT_RELEASE, *, auth: bool = False) -> None:
        self.access = Access(engine, enforced=auth)
        self.databases = Databases(engine)
        self.collections = Collections(engine)
        self.fields = Fields()
        self.functions = Functions()
        self.partitions = Partitions()
        self.aliases = Aliases(engine)
        self.indexes = Indexes()
        self.loads = Loads()
        self.data = Data()
        self.searches = Searches()
        self.tuning = Tuning()
        self.snapshots = Snapshots(engine)
        self.imports = Imports(engine)
        self.analyses = Analyses(engine)
        self.admin = Admin(engine)
        self.v1 = FirstGeneration(engine, release_1x)
