"""``elanus index create``"""

from __future__ import annotations

from typing import Annotated

import typer

from elanus.cli.index.watching import show_until_built
from elanus.cli.options import Collection, Data, Database, IndexTypeName, MetricName, Params, Uri, Watch
from elanus.cli.output import console, pairs
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import NewIndex, Target

FieldName = Annotated[str, typer.Argument(help="field to index", show_default=False)]
NewName = Annotated[str, typer.Option("--name", help="index name; the field's name when left out")]


def create(
    collection: Collection,
    field: FieldName,
    index_type: IndexTypeName = "AUTOINDEX",
    metric: MetricName = "",
    param: Params = None,
    name: NewName = "",
    watch: Watch = False,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Declare an index; it is built in the background, and searches go on meanwhile."""
    wanted = {"index_type": index_type, **({"metric_type": metric} if metric else {}), **pairs(param)}
    target = Target(db, collection, name or field)
    with open_session(uri, data) as admin:
        admin.create_index(NewIndex(target, field, wanted))
        if watch:
            return show_until_built(admin, target)
    return console.print(f"declared {target.index}; watch it: elanus index watch {collection} {target.index}")
