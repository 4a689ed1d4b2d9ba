"""``elanus index promote``, ``rollback``, ``hide`` and ``show``: which of a field's indexes serves."""

from __future__ import annotations

from elanus.cli.index.chosen import chosen_target
from elanus.cli.options import Collection, Data, Database, Index, IndexName, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import RoleChange, Target


def promote(
    collection: Collection, index: IndexName, uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Answer searches with this index from now on; the one that served stays ready for a rollback."""
    with open_session(uri, data) as admin:
        admin.promote_index(Target(db, collection, index))
    console.print(f"{index} serves now; back: elanus index rollback {collection} {index}")


def rollback(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Answer searches again with the index that served before the present one."""
    with open_session(uri, data) as admin:
        present = chosen_target(admin, Target(db, collection, index))
        former = admin.roll_back_index(present)
    console.print(f"{former} serves again instead of {present.index}")


def hide(
    collection: Collection, index: IndexName, uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Close the files of an index that does not serve; it goes on being built and can be promoted."""
    with open_session(uri, data) as admin:
        admin.change_role(RoleChange(Target(db, collection, index), "hidden"))
    console.print(f"{index} is hidden: it takes no memory")


def show(
    collection: Collection, index: IndexName, uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Let a hidden index be compared again."""
    with open_session(uri, data) as admin:
        admin.change_role(RoleChange(Target(db, collection, index), "shadow"))
    console.print(f"{index} is a shadow: compare it: elanus index compare {collection} {index}")
