"""Aliases: other names of collections."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.service.names import check_alias


class Aliases:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.target = engine.alias_target

    def create(self, database: str, alias: str, collection: str) -> None:
        check_alias(alias)
        self._engine.create_alias(database, alias, collection)

    def alter(self, database: str, alias: str, collection: str) -> None:
        check_alias(alias)
        self._engine.alter_alias(database, alias, collection)

    def drop(self, database: str, alias: str) -> None:
        """A missing alias is a success."""
        self._engine.drop_alias(database, alias)

    def list(self, database: str, collection: str = "") -> list[str]:
        """Aliases of a collection, or of all in the database."""
        if collection:
            collection = self._engine.collection(database, collection).name
        return [alias for alias, _ in self._engine.aliases(database, collection)]
