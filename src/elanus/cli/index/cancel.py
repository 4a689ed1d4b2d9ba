"""``elanus index cancel``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen_target
from elanus.cli.options import Collection, Data, Database, Index, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target


def cancel(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Cancel the unfinished builds of an index; what they would have covered is searched exactly."""
    with open_session(uri, data) as admin:
        target = chosen_target(admin, Target(db, collection, index))
        count = admin.cancel_builds(target)
    console.print(f"cancelled {count} builds of {target.index}")
