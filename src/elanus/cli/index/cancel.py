"""``elanus index cancel``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen
from elanus.cli.options import Collection, Data, Database, Index, Uri
from elanus.cli.output import console
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import BuildName, Target
from elanus.engine.requests import BuildState

UNFINISHED = (BuildState.QUEUED, BuildState.RUNNING)


def cancel(
    collection: Collection, index: Index = "", uri: Uri = None, data: Data = None, db: Database = "default"
) -> None:
    """Cancel the unfinished builds of an index; what they would have covered is searched exactly."""
    with open_session(uri, data) as admin:
        status = chosen(admin, Target(db, collection, index))
        unfinished = [build.build_id for build in status.builds if build.state in UNFINISHED]
        for build_id in unfinished:
            admin.cancel_build(BuildName(Target(db, collection, status.name), build_id))
    console.print(f"cancelled {len(unfinished)} builds of {status.name}")
