"""Databases: named groups of collections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elanus.engine.database import Engine
from elanus.errors import TooManyDatabases
from elanus.service.names import check_database_name
from elanus.service.properties import check_alteration

MAX_DATABASES = 64


class Databases:
    """The blank name means the default database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.list = engine.databases
        self.get = engine.database

    def create(self, name: str, properties: Mapping[str, str]) -> None:
        """Makes it. Raises Rejected when there is one of this name."""
        check_database_name(name)
        if len(self._engine.databases()) >= MAX_DATABASES:
            raise TooManyDatabases(f"exceeded the limit number of database[limit={MAX_DATABASES}]")
        self._engine.create_database(name, properties)

    def drop(self, name: str) -> None:
        """A missing one is a success; the default one, or one with collections, is refused."""
        self._engine.drop_database(name)

    def alter(self, name: str, properties: Mapping[str, str], delete_keys: Sequence[str]) -> None:
        check_alteration(properties, delete_keys)
        self._engine.alter_database(name, properties, delete_keys)
