"""Calls on bulk imports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import field

from elanus.doors.options import whole
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import InDatabase, OfCollection
from elanus.doors.rest.values import texts
from elanus.engine.imports.job import ImportStatus
from elanus.service import Service
from elanus.service.imports.imports import ImportRequest
from elanus.storage.clock import physical_ms

_STATES = {
    "pending": "Pending",
    "started": "Importing",
    "persisted": "Importing",
    "completed": "Completed",
    "failed": "Failed",
}


class NewImport(OfCollection, frozen=True, kw_only=True):
    """files  groups of paths; what is in one group is read together"""

    files: list[list[str]]
    partition_name: str = ""
    options: dict[str, Any] = field(default_factory=dict)


class WhichImports(InDatabase, frozen=True, kw_only=True):
    collection_name: str = ""


class OfImport(InDatabase, frozen=True, kw_only=True):
    """job_id  a text, or a number"""

    job_id: str | int


class ImportCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._imports = service.imports
        self._access = service.access

    def endpoints(self) -> list[Endpoint]:
        return [
            V2.endpoint("jobs/import/create", NewImport, self.create, "Bring the rows of files into a collection."),
            V2.endpoint("jobs/import/list", WhichImports, self.list, "The imports of the last three days."),
            V2.endpoint("jobs/import/describe", OfImport, self.describe, "How far an import is, and of which files."),
            V2.endpoint("jobs/import/get_progress", OfImport, self.describe, "The older name of describe."),
        ]

    def create(self, body: NewImport, context: Context) -> Reply:
        collection = self._collections.get(context.database, body.collection_name)
        wanted = ImportRequest(body.files, body.partition_name, texts(body.options))
        return Reply({"jobId": str(self._imports.start(collection, wanted))})

    def list(self, body: WhichImports, context: Context) -> Reply:
        """Of collections the caller may see."""
        found = self._imports.list(context.database, body.collection_name)
        sees = self._access.sees_collection
        shown = [job for job in found if sees(context.caller, context.database, job.record.collection)]
        return Reply({"records": [_summary(job) for job in shown]})

    def describe(self, body: OfImport, _context: Context) -> Reply:
        """The rows of a file are counted when it was read to its end; until then its total is 0."""
        job = self._imports.status(whole(body.job_id, "jobId"))
        record, rows = job.record, job.row_count
        return Reply(
            {
                **_summary(job),
                "createTime": _time(record.created_ts),
                "completeTime": _time(record.finished_ts),
                "importedRows": rows,
                "totalRows": rows if min(job.file_percent) == 100 else 0,
                "fileSize": record.size_bytes,
                "details": _details(job),
            }
        )


def _summary(job: ImportStatus) -> dict[str, Any]:
    shown = {
        "jobId": str(job.record.id),
        "collectionName": job.record.collection,
        "state": _STATES[job.state],
        "progress": job.percent,
    }
    return {**shown, "reason": job.record.reason} if job.record.reason else shown


def _details(job: ImportStatus) -> list[dict[str, Any]]:
    counted = zip(job.record.files, job.file_rows, job.file_percent, strict=True)
    return [
        {
            "fileName": file.name,
            "fileSize": file.size_bytes,
            "progress": percent,
            "state": _STATES[job.state],
            "importedRows": rows,
            "totalRows": rows if percent == 100 else 0,
            "completeTime": _time(job.record.finished_ts),
        }
        for file, rows, percent in counted
    ]


def _time(ts: int) -> str:
    """As RFC 3339 says; "" = not yet."""
    return datetime.fromtimestamp(physical_ms(ts) / 1000, UTC).isoformat(timespec="seconds") if ts else ""
