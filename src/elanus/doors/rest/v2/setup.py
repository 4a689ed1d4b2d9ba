"""A collection made ready to search in one call, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from elanus.doors.rest.v2.indexes import IndexParam, create_indexes
from elanus.errors import Error
from elanus.service import Service
from elanus.service.drafts import CollectionDraft
from elanus.service.load import LoadRequest


def set_up(service: Service, database: str, draft: CollectionDraft, indexes: Sequence[IndexParam]) -> None:
    """Makes the collection; with indexes it is indexed and loaded, too.

    When that fails a collection made here is dropped again; one that was there before stays as it was.
    """
    before = service.admin.allocate_timestamp()
    collection = service.collections.create(database, draft)
    if not indexes:
        return
    try:
        create_indexes(service.indexes, collection, indexes)
        service.loads.load(collection, LoadRequest())
    except Error:
        if collection.created_ts > before:
            service.collections.drop(database, collection.name)
        raise
