"""The calls of the v2 API that are not offered: each says so by name, none pretends.

While there are no users, an Authorization header is taken and not looked at.
"""

from __future__ import annotations

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.v2.address import V2

_ABSENT = {
    "users": "list describe create update_password drop grant_role revoke_role",
    "roles": "list describe create drop alter grant_privilege revoke_privilege grant_privilege_v2 revoke_privilege_v2",
    "privilege_groups": "create drop list add_privileges_to_group remove_privileges_from_group",
    "resource_groups": "create drop describe alter list transfer_replica",
    "jobs/import": "create list get_progress describe commit abort",
    "jobs/external_collection": "refresh describe list",
    "jobs/snapshot": "restore_external export describe list",
    "snapshots": "create drop list describe",
    "file_resources": "add remove list",
    "segments": "describe",
    "quotacenter": "describe",
    "collections": "add_function_field",
    "collections/struct_fields": "add",
}
"""Calls by the folder of their path."""


def absent_endpoints() -> list[Endpoint]:
    return [
        V2.not_offered(f"{folder}/{name}", f"{folder.replace('_', ' ')} ({name})")
        for folder, names in _ABSENT.items()
        for name in names.split()
    ]
