"""``elanus index report``, ``history`` and ``compare``: measured recall, latency and size."""

from __future__ import annotations

from datetime import datetime

from elanus.cli.index.chosen import chosen_target
from elanus.cli.options import Collection, Data, Database, Index, Json, Uri
from elanus.cli.output import bytes_text, console, params_text, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.indexes.measured import Figures, IndexReport

_MEASURED = ("recall@10#", "interval#", "worst tenth#", "p50 us#", "p99 us#")


def report(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Measure an index now: a hundred searches with and without it, for filters that keep ever fewer rows."""
    with open_session(uri, data) as admin:
        found = admin.report_index(chosen_target(admin, Target(db, collection, index)))
    if json:
        return print_json(found)
    named = " ".join(filter(None, [found.type, params_text(found.params)]))
    console.print(f"[bold]{found.index}[/] {named}, {_size(found)}, by {found.source}")
    return print_table(
        ("rows kept#", *_MEASURED), [(f"{one.kept:.1%}", *_measured(one)) for one in found.figures], nothing="nothing"
    )


def compare(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Measure all indexes of a field with the same queries, the one that serves first."""
    with open_session(uri, data) as admin:
        found = admin.compare_indexes(chosen_target(admin, Target(db, collection, index)))
    if json:
        return print_json(found)
    rows = [(one.index, one.role, one.type, *_measured(one.figures[0]), _size(one)) for one in found]
    print_table(("index", "role", "type", *_MEASURED, "size"), rows, nothing="no indexes")
    return console.print(f"measured by {found[0].source}; exchange: elanus index promote {collection} NAME")


def history(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """List the last reports of an index, on demand and of live searches."""
    with open_session(uri, data) as admin:
        found = admin.index_history(chosen_target(admin, Target(db, collection, index)))
    if json:
        return print_json(found)
    rows = [(_moment(one), one.type, one.source, *_measured(one.figures[0])) for one in found]
    return print_table(("at", "type", "by", *_MEASURED), rows, nothing="no reports yet: elanus index report")


def _moment(report: IndexReport) -> str:
    return datetime.fromtimestamp(report.at_ms / 1000).astimezone().isoformat(" ", "seconds")


def _measured(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.recall:.3f}",
        f"{figures.low:.3f} to {figures.high:.3f}",
        f"{figures.worst_decile:.3f}",
        f"{figures.p50_us:.0f}",
        f"{figures.p99_us:.0f}",
    )


def _size(report: IndexReport) -> str:
    return f"{bytes_text(report.file_bytes)} on disk, {bytes_text(report.resident_bytes)} in memory"
