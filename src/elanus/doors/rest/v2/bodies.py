"""The bodies of the v2 API, those that several of its files share."""

from __future__ import annotations

from elanus.doors.rest.bodies import Body
from elanus.doors.rest.permit import Subject


class Nothing(Body, frozen=True, kw_only=True):
    """Anything, ignored."""


class InDatabase(Body, frozen=True, kw_only=True):
    """db_name  "" = the header ``DB-Name``, else the default database"""

    db_name: str = ""


class OfCollection(InDatabase, frozen=True, kw_only=True):
    collection_name: str

    def subjects(self, database: str) -> tuple[Subject, ...]:
        return (Subject(database, self.collection_name),)


class OfPartition(OfCollection, frozen=True, kw_only=True):
    partition_name: str


class OfPartitions(OfCollection, frozen=True, kw_only=True):
    partition_names: list[str]


class OfIndex(OfCollection, frozen=True, kw_only=True):
    index_name: str
