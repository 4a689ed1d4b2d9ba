"""``elanus index switch``"""

from __future__ import annotations

from elanus.cli.index.chosen import chosen
from elanus.cli.index.watching import show_until_built
from elanus.cli.options import Collection, Data, Database, Index, IndexTypeName, Params, Uri, Watch
from elanus.cli.output import console, pairs
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Switch, Target


def switch(
    collection: Collection,
    index: Index = "",
    index_type: IndexTypeName = "AUTOINDEX",
    param: Params = None,
    watch: Watch = False,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Build an index anew with another type or parameters; the old one serves until each part of the new is ready."""
    with open_session(uri, data) as admin:
        status = chosen(admin, Target(db, collection, index))
        wanted = {"index_type": index_type, **pairs(param)}
        target = Target(db, collection, status.name)
        admin.switch_index(Switch(target, wanted))
        if watch:
            return show_until_built(admin, target)
    return console.print(f"{status.name} switches from {status.type} to {index_type}")
