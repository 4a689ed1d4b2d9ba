"""A collection made ready to search in one call, or not at all."""

from __future__ import annotations

from elanus.doors.rest.family import Context
from elanus.service import Service
from elanus.service.load import LoadRequest
from elanus.service.schema.drafts import CollectionDraft


def set_up(service: Service, context: Context, draft: CollectionDraft) -> None:
    """Makes the collection; with indexes it is indexed and loaded, too. One that was there gets what it lacks.

    raises  PermissionDenied: the caller may make it, but neither indexes nor load it
    """
    for privilege in ("CreateIndex", "Load") if draft.indexes else ():
        service.access.require(context.caller, privilege, context.database, draft.name)
    collection = service.collections.create(context.database, draft)
    for index in draft.indexes:
        service.indexes.create(collection, index.field, index.name, index.params)
    if draft.indexes and not collection.record.load_state.loaded:
        service.loads.load(collection, LoadRequest())
