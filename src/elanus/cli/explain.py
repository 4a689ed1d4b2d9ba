"""``elanus explain``"""

from __future__ import annotations

from typing import Annotated

import typer

from elanus.cli.options import Collection, Data, Database, Json, SearchParams, Uri
from elanus.cli.output import console, pairs, params_text, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Question, Target

Field = Annotated[str, typer.Option("--field", help="vector field; the only one when left out")]
Filter = Annotated[str, typer.Option("--filter", help="filter expression")]
Limit = Annotated[int, typer.Option("--limit", "-k", help="rows wanted")]


def explain(
    collection: Collection,
    field: Field = "",
    filter: Filter = "",
    limit: Limit = 10,
    param: SearchParams = None,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Tell how a search would be done: for each part of the data the rows that pass the filter, and the step chosen."""
    question = Question(Target(db, collection), field, limit, filter, pairs(param))
    with open_session(uri, data) as admin:
        found = admin.explain(question)
    if json:
        return print_json(found)
    console.print(f"[bold]{found.field}[/] by {found.metric}" + (f", filter {found.filter}" if found.filter else ""))
    return print_table(
        ("segment#", "state", "rows#", "kept#", "step", "index", "parameters", "filtered by"),
        [
            (
                str(part.segment_id),
                "growing" if part.is_growing else "sealed",
                f"{part.row_count:,}",
                f"{part.kept:,}",
                str(part.step),
                part.index_type,
                params_text(part.params),
                ", ".join(part.filtered_by),
            )
            for part in found.parts
        ],
        nothing="no row passes the filter: nothing is searched",
    )
