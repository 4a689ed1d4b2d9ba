"""The calls of the v2 API that are not offered: each says so by name, none pretends."""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.v2.address import V2

_ABSENT = {
    "resource_groups": "create drop describe alter list transfer_replica",
    "jobs/import": "commit abort",
    "jobs/external_collection": "refresh describe list",
    "jobs/snapshot": "restore_external export",
    "file_resources": "add remove list",
    "segments": "describe",
    "quotacenter": "describe",
    "collections/struct_fields": "add",
}
"""Calls by the folder of their path."""


def absent_endpoints() -> list[Endpoint]:
    return [
        V2.not_offered(f"{folder}/{name}", f"{folder.replace('_', ' ')} ({name})")
        for folder, names in _ABSENT.items()
        for name in names.split()
    ]
