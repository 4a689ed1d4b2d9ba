"""Which index a command is about."""

from __future__ import annotations

from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.wire import Target
from elanus.engine.requests import IndexStatus
from elanus.errors import IndexAmbiguous, IndexNotFound


def chosen(admin: AdminClient, target: Target) -> IndexStatus:
    """The named index; when no name is given, the only one that serves. Raises IndexNotFound, IndexAmbiguous."""
    found = admin.indexes(Target(target.database, target.collection))
    named = [index for index in found if target.index in ("", index.name)]
    names = ", ".join(index.name for index in found) or "none"
    if not named:
        raise IndexNotFound(f"collection {target.collection} has no index {target.index!r}; it has: {names}")
    serving = [index for index in named if index.role == "serving"]
    if len(serving) == 1:
        return serving[0]
    if len(named) > 1:
        raise IndexAmbiguous(f"collection {target.collection} has several indexes; name one of: {names}")
    return named[0]


def chosen_target(admin: AdminClient, target: Target) -> Target:
    """The same with the index's name. Raises as :func:`chosen`."""
    return Target(target.database, target.collection, chosen(admin, target).name)
