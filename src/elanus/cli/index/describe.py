"""``elanus index describe``"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from elanus.cli.index.chosen import chosen
from elanus.cli.options import Collection, Data, Database, Index, Json, Uri
from elanus.cli.output import bytes_text, console, params_text, print_json, print_table
from elanus.cli.progress import building
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import Target
from elanus.engine.requests import BuildState, BuildStatus, IndexStatus

_UNSUCCESSFUL = (BuildState.FAILED, BuildState.CANCELLED, BuildState.REFUSED)


def describe(
    collection: Collection,
    index: Index = "",
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Show all that is known of an index: parameters, builds, measured recall and latency, memory."""
    with open_session(uri, data) as admin:
        status = chosen(admin, Target(db, collection, index))
    if json:
        return print_json(status)
    for name, text in facts(status):
        console.print(f"[bold]{name:<10}[/] {escape(text)}")
    console.print()
    return print_table(
        ("build#", "segment#", "state", "phase", "rows#", "rows/s#", "reason"),
        [_build(build) for build in status.builds],
        nothing="no builds: no segment is large enough to need one",
    )


def facts(status: IndexStatus) -> list[tuple[str, str]]:
    """What people ask first, as name and text."""
    return [
        ("index", building(status)),
        ("field", status.field),
        ("asked", params_text(status.user_params)),
        ("built", " ".join(filter(None, _built(status.spec)))),
        ("role", status.role),
        *([("chosen", status.chosen)] if status.chosen else []),
        ("state", status.state.name.lower() + (f": {status.reason}" if status.reason else "")),
        ("rows", f"{status.indexed_rows:,} indexed, {status.pending_rows:,} pending, {status.growing_rows:,} growing"),
        ("recall@10", recall_text(status)) if "metric" in status.spec else ("used", f"by {status.uses:,} filters"),
        ("size", f"{bytes_text(status.file_bytes)} on disk, {bytes_text(status.resident_bytes)} in memory"),
    ]


def _built(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Only a vector index has a metric."""
    return spec["type"], spec.get("metric", ""), params_text(spec["params"])


def recall_text(status: IndexStatus) -> str:
    """``0.982 (0.975 to 0.988, 100 queries), p50 61 us, p99 120 us``"""
    recall = status.recall
    if not recall:
        return "not measured yet"
    return (
        f"{recall['recall_at_10']:.3f} ({recall['low']:.3f} to {recall['high']:.3f}, {recall['queries']:.0f} queries), "
        f"p50 {recall['p50_us']:.0f} us, p99 {recall['p99_us']:.0f} us"
    )


def _build(build: BuildStatus) -> tuple[str, ...]:
    resumed = f", resumed at {build.resumed_rows:,}" if build.resumed_rows else ""
    passes = f", {build.passes} passes" if build.passes > 1 else ""
    rows = f"{build.rows_done:,} / {build.rows_total:,}{passes}{resumed}"
    rate = f"{build.rows_per_second:,.0f}" if build.rows_per_second else ""
    before = f"attempt {build.attempt}, before: " if build.attempt > 1 and build.state not in _UNSUCCESSFUL else ""
    reason = escape(before + build.reason if build.reason else "")
    return str(build.build_id), str(build.segment_id), build.state, build.phase, rows, rate, reason
