"""``elanus index pause``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen_target
from elanus.cli.options import Collection, Data, Database, Index, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target


def pause(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Build nothing for an index until it is resumed; what is not built yet is searched exactly."""
    with open_session(uri, data) as admin:
        target = chosen_target(admin, Target(db, collection, index))
        admin.pause_index(target)
    console.print(f"paused {target.index}; resume it: elanus index resume {collection} {target.index}")
