"""``elanus index list``"""

from __future__ import annotations

from elanus.cli.options import Collection, Data, Database, Json, Uri
from elanus.cli.output import bytes_text, print_json, print_table
from elanus.cli.progress import building
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.requests import IndexStatus


def listing(
    collection: Collection, uri: Uri = None, data: Data = None, db: Database = "default", json: Json = False
) -> None:
    """List the indexes of a collection: state, rows, recall, size."""
    with open_session(uri, data) as admin:
        found = admin.indexes(Target(db, collection))
    if json:
        return print_json(found)
    return print_table(
        ("index", "field", "role", "state", "indexed#", "pending#", "growing#", "recall@10#", "size#"),
        [_row(index) for index in found],
        nothing=f"no indexes on {collection}; every search is exact",
    )


def _row(index: IndexStatus) -> tuple[str, ...]:
    recall = index.recall.get("recall_at_10")
    return (
        building(index),
        index.field,
        index.role,
        index.phase or index.state.name.lower(),
        f"{index.indexed_rows:,}",
        f"{index.pending_rows:,}",
        f"{index.growing_rows:,}",
        "" if recall is None else f"{recall:.3f}",
        bytes_text(index.file_bytes),
    )
