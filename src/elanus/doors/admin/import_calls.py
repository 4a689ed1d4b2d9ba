"""The server's side of the admin door for bulk imports: the methods and what answers each."""

from __future__ import annotations

from collections.abc import Mapping

from elanus.doors.admin import import_wire as wire
from elanus.doors.admin.index_calls import Method, named
from elanus.service import Service
from elanus.service.access import Caller
from elanus.service.imports.imports import ImportRequest


def _start(service: Service, asked: wire.NewImport, _caller: Caller) -> int:
    return service.imports.start(
        named(service, asked.target), ImportRequest(asked.files, asked.partition, asked.options)
    )


def _describe(service: Service, asked: wire.ImportJob, _caller: Caller) -> wire.ImportProgress:
    job = service.imports.status(asked.job_id)
    return wire.ImportProgress(job.state, job.percent, job.row_count, job.record.reason)


IMPORT_METHODS: Mapping[str, Method] = {
    "StartImport": Method(wire.NewImport, _start, "Import"),
    "DescribeImport": Method(wire.ImportJob, _describe, "Import"),
}
