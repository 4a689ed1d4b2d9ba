"""``elanus explain``"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from elanus.cli.options import Collection, Data, Database, Json, SearchParams, Uri
from elanus.cli.output import console, pairs, params_text, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Question, Target

if TYPE_CHECKING:
    from elanus.search.explain import Explanation, PartPlan, StepTimes

Field = Annotated[str, typer.Option("--field", help="vector field; the only one when left out")]
Filter = Annotated[str, typer.Option("--filter", help="filter expression")]
Text = Annotated[str, typer.Option("--text", help="text to search for, in the output of a BM25 function")]
Limit = Annotated[int, typer.Option("--limit", "-k", help="rows wanted")]


def explain(
    collection: Collection,
    field: Field = "",
    filter: Filter = "",
    text: Text = "",
    limit: Limit = 10,
    param: SearchParams = None,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Do a search once and tell how: for each part of the data the rows that pass the filter, the step, its time."""
    question = Question(Target(db, collection), field, limit, filter, pairs(param), text=text)
    with open_session(uri, data) as admin:
        found = admin.explain(question)
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: Explanation) -> None:
    console.print(f"[bold]{found.field}[/] by {found.metric}" + (f", filter {found.filter}" if found.filter else ""))
    print_table(
        ("segment#", "state", "rows#", "kept#", "step", "index", "parameters", "filtered by", "us#"),
        [_row(part) for part in found.parts],
        nothing="no row passes the filter: nothing is searched",
    )
    console.print(f"\n{_times(found.times)}")


def _row(part: PartPlan) -> tuple[str, ...]:
    return (
        str(part.segment_id),
        "growing" if part.is_growing else "sealed",
        f"{part.row_count:,}",
        f"{part.kept:,}",
        str(part.step),
        part.index_type,
        params_text(part.params),
        ", ".join(part.filtered_by),
        f"{part.search_us:,.0f}",
    )


def _times(times: StepTimes) -> str:
    """In the order of the steps, microseconds."""
    steps = asdict(times).items()
    told = ", ".join(f"{name.removesuffix('_us')} {took:,.0f} us" for name, took in steps)
    return f"measured: {told}; together {sum(took for _, took in steps):,.0f} us"
