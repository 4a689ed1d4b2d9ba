"""``elanus index add``"""

from __future__ import annotations

from typing import Annotated

import typer

from elanus.cli.index.create import FieldName
from elanus.cli.index.watching import show_until_built
from elanus.cli.options import Collection, Data, Database, IndexTypeName, Params, Uri, Watch
from elanus.cli.output import console, pairs
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import NewIndex, Target

AddedName = Annotated[str, typer.Argument(help="name of the new index", show_default=False)]
Hidden = Annotated[bool, typer.Option("--hidden", help="keep its files closed: no memory until it is promoted")]


def add(
    collection: Collection,
    field: FieldName,
    name: AddedName,
    index_type: IndexTypeName = "AUTOINDEX",
    param: Params = None,
    hidden: Hidden = False,
    watch: Watch = False,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Build another index beside the one that serves a field; compare and promote it later. Clients do not see it."""
    target = Target(db, collection, name)
    with open_session(uri, data) as admin:
        wanted = {"index_type": index_type, **pairs(param)}
        admin.add_index(NewIndex(target, field, wanted, "hidden" if hidden else "shadow"))
        if watch:
            return show_until_built(admin, target)
    return console.print(f"added {name}; compare it: elanus index compare {collection} {name}")
