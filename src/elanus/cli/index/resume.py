"""``elanus index resume``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen_target
from elanus.cli.options import Collection, Data, Database, Index, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target


def resume(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Build again what was paused, was refused or cancelled, or failed for good."""
    with open_session(uri, data) as admin:
        target = chosen_target(admin, Target(db, collection, index))
        admin.resume_index(target)
    console.print(f"resumed {target.index}; watch it: elanus index watch {collection} {target.index}")
