"""``elanus verify``"""

from __future__ import annotations

import typer
from rich.markup import escape

from elanus.cli.options import Collection, Data, Database, Index, Json, Uri
from elanus.cli.output import complaints, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.indexes.measured import VerifiedIndex


def verify(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Read the index files of a collection again and search them. What is damaged is built again; exit code 1 then."""
    with open_session(uri, data) as admin:
        found = admin.verify_indexes(Target(db, collection, index))
    if json:
        print_json(found)
    else:
        columns = ("index", "segment#", "rows#", "recall@10#", "after build#", "state")
        print_table(columns, [_row(one) for one in found], nothing=f"{collection} has no finished index files")
    damaged = [one for one in found if one.problem]
    if damaged:
        complaints.print(f"[bold red]{len(damaged)} of {len(found)} index files are damaged and built again[/]")
        raise typer.Exit(1)


def _row(one: VerifiedIndex) -> tuple[str, ...]:
    recalls = ("" if recall is None else f"{recall:.3f}" for recall in (one.recall, one.built_recall))
    state = f"[bold red]{escape(one.problem)}[/]" if one.problem else "whole"
    return one.index, str(one.segment_id), f"{one.row_count:,}", *recalls, state
