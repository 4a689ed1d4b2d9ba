"""``elanus segments``"""

from __future__ import annotations

from elanus.cli.options import Collection, Data, Database, Json, Uri
from elanus.cli.output import bytes_text, print_json, print_table
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.requests import SegmentInfo


def segments(
    collection: Collection, uri: Uri = None, data: Data = None, db: Database = "default", json: Json = False
) -> None:
    """List the segments of a collection: growing or sealed, rows, deleted rows, size, indexes."""
    with open_session(uri, data) as admin:
        found = admin.segments(Target(db, collection))
    if json:
        return print_json(found)
    return print_table(
        ("segment#", "partition#", "state", "rows#", "deleted#", "size#", "indexes#"),
        [_row(segment) for segment in found],
        nothing=f"no segments: {collection} is empty",
    )


def _row(segment: SegmentInfo) -> tuple[str, ...]:
    return (
        str(segment.id),
        str(segment.partition_id),
        _state(segment),
        f"{segment.row_count:,}",
        f"{segment.deleted_rows:,}",
        bytes_text(segment.size_bytes),
        str(len(segment.index_ids)),
    )


def _state(segment: SegmentInfo) -> str:
    if segment.damage:
        return "[bold red]damaged[/]"
    return "growing" if segment.is_growing else "sealed"
