"""``elanus import``"""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from elanus.cli.options import Collection, Data, Database, Uri
from elanus.cli.output import console
from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.import_wire import ImportJob, ImportProgress, NewImport
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.errors import Rejected

PAUSE_SECONDS = 0.1

Files = Annotated[
    list[str],
    typer.Argument(help="Parquet, JSON, CSV or NumPy files, by their paths from the import directory"),
]


def import_files(
    collection: Collection,
    files: Files,
    partition: Annotated[str, typer.Option(help="partition of the rows; the default one when left out")] = "",
    separator: Annotated[str, typer.Option("--sep", help="between the cells of CSV")] = ",",
    null: Annotated[str, typer.Option("--nullkey", help="the cell of CSV that is NULL")] = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
) -> None:
    """Bring the rows of files into a collection, all of them or none, and wait until they are there."""
    target = Target(db, collection)
    wanted = NewImport(target, _groups(files), partition, {"sep": separator, "nullkey": null})
    with open_session(uri, data) as admin:
        done = _watch(admin, ImportJob(target, admin.start_import(wanted)))
    if done.state == "failed":
        raise Rejected(f"nothing was imported into {collection}: {done.reason}")
    console.print(f"[green]imported[/] {done.row_count:,} rows into {collection}")


def _groups(files: list[str]) -> tuple[tuple[str, ...], ...]:
    """NumPy files are read together, every other one by itself."""
    together = tuple(file for file in files if PurePath(file).suffix == ".npy")
    others = tuple((file,) for file in files if file not in together)
    return (together, *others) if together else others


def _watch(admin: AdminClient, job: ImportJob) -> ImportProgress:
    """The job at its end; until then a bar."""
    with Progress(
        SpinnerColumn(),
        TextColumn("[cyan]{task.description:<10}[/]"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rows]:>12,} rows"),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        bar = bars.add_task("pending", total=100, rows=0)
        while True:
            now = admin.describe_import(job)
            bars.update(bar, description=now.state, completed=now.percent, rows=now.row_count)
            if now.state in ("completed", "failed"):
                return now
            time.sleep(PAUSE_SECONDS)
