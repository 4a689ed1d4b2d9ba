"""Calls on aliases."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import InDatabase, OfCollection
from elanus.service import Service


class MaybeOfCollection(InDatabase, frozen=True, kw_only=True):
    """collection_name  "" = every collection"""

    collection_name: str = ""

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.collection_name),)


class OfAlias(InDatabase, frozen=True, kw_only=True):
    alias_name: str

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.alias_name),)


class AliasOfCollection(OfCollection, frozen=True, kw_only=True):
    alias_name: str


class AlteredAlias(AliasOfCollection, frozen=True, kw_only=True):
    def subjects(self, database: str) -> tuple[Subject, ...]:
        """The collection it will mean, and the one it means now."""
        return Subject(database, self.collection_name), Subject(database, self.alias_name)


class AliasCalls:
    def __init__(self, service: Service) -> None:
        self._aliases = service.aliases

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("aliases/list", MaybeOfCollection, self.list, "Aliases of one collection, or all."),
            V2.endpoint("aliases/describe", OfAlias, self.describe, "The collection an alias means."),
            V2.endpoint("aliases/create", AliasOfCollection, self.create, "Give a collection another name."),
            V2.endpoint("aliases/alter", AlteredAlias, self.alter, "Let an alias mean another collection."),
            V2.endpoint("aliases/drop", OfAlias, self.drop, "Drop an alias; a missing one is a success."),
        ]

    def list(self, body: MaybeOfCollection, context: Context) -> Reply:
        return Reply(self._aliases.list(context.database, body.collection_name))

    def describe(self, body: OfAlias, context: Context) -> Reply:
        target = self._aliases.target(context.database, body.alias_name)
        return Reply({"dbName": context.database or "default", "collectionName": target, "aliasName": body.alias_name})

    def create(self, body: AliasOfCollection, context: Context) -> Reply:
        self._aliases.create(context.database, body.alias_name, body.collection_name)
        return Reply()

    def alter(self, body: AliasOfCollection, context: Context) -> Reply:
        self._aliases.alter(context.database, body.alias_name, body.collection_name)
        return Reply()

    def drop(self, body: OfAlias, context: Context) -> Reply:
        self._aliases.drop(context.database, body.alias_name)
        return Reply()
