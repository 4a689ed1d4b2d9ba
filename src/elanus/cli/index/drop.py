"""``elanus index drop``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen
from elanus.cli.options import Collection, Data, Database, Index, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target


def drop(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Drop an index, at once and for good; without the one that served, its field is searched exactly."""
    with open_session(uri, data) as admin:
        status = chosen(admin, Target(db, collection, index))
        admin.drop_index(Target(db, collection, status.name))
    after = f"; searches of {collection} on {status.field} are exact now" if status.role == "serving" else ""
    console.print(f"dropped {status.name} {status.type}{after}")
