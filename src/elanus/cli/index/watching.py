"""``elanus index watch``"""

from __future__ import annotations

from rich.console import Console

from elanus.cli.index.chosen import chosen, chosen_target
from elanus.cli.index.describe import recall_text
from elanus.cli.options import Collection, Data, Database, Index, Json, Uri
from elanus.cli.output import console, print_json
from elanus.cli.progress import watch
from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.requests import BuildState


def watching(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Show the build of an index until it is finished: phase, rows, rate, time left."""
    with open_session(uri, data) as admin:
        target = chosen_target(admin, Target(db, collection, index))
        if json:
            return print_json(watch(lambda: chosen(admin, target), Console(quiet=True)))
        return show_until_built(admin, target)


def show_until_built(admin: AdminClient, target: Target) -> None:
    """A live bar, then what was measured."""
    status = watch(lambda: chosen(admin, target), console)
    if status.phase == BuildState.PAUSED:
        return console.print(
            f"{status.name} is paused; resume it: elanus index resume {target.collection} {status.name}"
        )
    return console.print(f"[green]built[/] {status.name} {status.type}, recall@10 {recall_text(status)}")
