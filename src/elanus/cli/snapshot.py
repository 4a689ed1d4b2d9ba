"""``elanus snapshot``: saved states of collections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from elanus.cli.options import Collection, Data, Database, Json, Uri
from elanus.cli.output import bytes_text, console, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.snapshot_wire import NamedSnapshot, RestoreJob, Restoring
from elanus.doors.admin.wire import Target
from elanus.errors import Rejected

if TYPE_CHECKING:
    from elanus.engine.snapshots.infos import SnapshotInfo

PAUSE_SECONDS = 0.1

app = typer.Typer(help="Saved states of collections: take, list, restore, drop them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="snapshot name", show_default=False)]


@app.command()
def create(
    collection: Collection,
    name: Name,
    description: Annotated[str, typer.Option(help="what it is for")] = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Save the state of a collection under a name; nothing is copied."""
    with open_session(uri, data) as admin:
        taken = admin.create_snapshot(NamedSnapshot(Target(db, collection), name, description))
    console.print(f"{taken.rows:,} rows of {collection} are saved as {name}")


@app.command("list")
def listing(
    collection: Annotated[str, typer.Argument(help="of this collection only")] = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """List snapshots: when they were taken, what they hold, who keeps them."""
    with open_session(uri, data) as admin:
        found = admin.snapshots(Target(db, collection))
    if json:
        return print_json(found)
    return print_table(
        ("collection", "snapshot", "taken", "rows#", "size#", "pins#", "description"),
        [_row(snapshot) for snapshot in found],
        nothing=f"no snapshots of {collection or f'database {db}'}",
    )


@app.command()
def restore(
    collection: Collection,
    name: Name,
    target: Annotated[str, typer.Argument(help="name of the collection that is made", show_default=False)],
    target_db: Annotated[str, typer.Option(help="its database; that of the collection when left out")] = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Make a new collection of a snapshot, and wait until it is there."""
    made = Target(target_db or db, target)
    with open_session(uri, data) as admin, console.status("restoring") as shown:
        job = admin.restore_snapshot(Restoring(Target(db, collection), name, made.database, made.collection))
        while (status := admin.restore(RestoreJob(made, job))).state in ("pending", "executing"):
            shown.update(f"restoring, {status.progress} %")
            time.sleep(PAUSE_SECONDS)
    if status.state == "failed":
        raise Rejected(f"{name} could not be restored as {target}: {status.reason}")
    console.print(
        f"{name} of {collection} is restored as {target}, in {status.took_ms / 1000:.1f} s; load it to search"
    )


@app.command()
def drop(collection: Collection, name: Name, uri: Uri = None, data: Data = None, db: Database = "default") -> None:
    """Drop a snapshot that nobody has pinned; a missing one is no error."""
    with open_session(uri, data) as admin:
        admin.drop_snapshot(NamedSnapshot(Target(db, collection), name))
    console.print(f"there is no snapshot {name} of {collection} any more")


def _row(snapshot: SnapshotInfo) -> tuple[str, ...]:
    taken = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(snapshot.created_ms / 1000))
    return (
        snapshot.collection,
        snapshot.name,
        taken,
        f"{snapshot.rows:,}",
        bytes_text(snapshot.size_bytes),
        str(snapshot.pins),
        escape(snapshot.description),
    )
