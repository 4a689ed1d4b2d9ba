"""Calls on databases."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.permit import Subject
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import Nothing
from elanus.doors.rest.values import pairs, texts
from elanus.service import Service


class Database(Body, frozen=True, kw_only=True):
    db_name: str

    def subjects(self, _database: str) -> tuple[Subject, ...]:
        """The one it names, whatever database the header names."""
        return (Subject(self.db_name),)


class DatabaseProperties(Database, frozen=True, kw_only=True):
    properties: dict[str, Any] = field(default_factory=dict)


class DatabasePropertyKeys(Database, frozen=True, kw_only=True):
    property_keys: list[str] = field(default_factory=list)


class DatabaseCalls:
    def __init__(self, service: Service) -> None:
        self._access = service.access
        self._databases = service.databases

    def endpoints(self) -> list[Endpoint]:
        alter = "Set properties of a database."
        return [
            V2.endpoint("databases/list", Nothing, self.list, "Names of the databases."),
            V2.endpoint("databases/describe", Database, self.describe, "A database and its properties."),
            V2.endpoint("databases/create", DatabaseProperties, self.create, "Make a database."),
            V2.endpoint("databases/alter", DatabaseProperties, self.alter, alter),
            V2.endpoint("databases/alter_properties", DatabaseProperties, self.alter, alter),
            V2.endpoint(
                "databases/drop_properties", DatabasePropertyKeys, self.drop_properties, "Forget database properties."
            ),
            V2.endpoint("databases/drop", Database, self.drop, "Drop an empty database; a missing one is a success."),
        ]

    def list(self, _body: Nothing, context: Context) -> Reply:
        names = (database.name for database in self._databases.list())
        return Reply([name for name in names if self._access.sees_database(context.caller, name)])

    def describe(self, body: Database, _context: Context) -> Reply:
        found = self._databases.get(body.db_name)
        return Reply({"dbName": found.name, "dbID": found.id, "properties": pairs(found.properties)})

    def create(self, body: DatabaseProperties, _context: Context) -> Reply:
        self._databases.create(body.db_name, texts(body.properties))
        return Reply()

    def alter(self, body: DatabaseProperties, _context: Context) -> Reply:
        self._databases.alter(body.db_name, texts(body.properties), [])
        return Reply()

    def drop_properties(self, body: DatabasePropertyKeys, _context: Context) -> Reply:
        self._databases.alter(body.db_name, {}, body.property_keys)
        return Reply()

    def drop(self, body: Database, _context: Context) -> Reply:
        self._databases.drop(body.db_name)
        return Reply()
