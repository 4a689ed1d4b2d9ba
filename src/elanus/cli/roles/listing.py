"""``elanus roles list``"""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape

from elanus.cli.options import Data, Json, Uri
from elanus.cli.output import print_json, print_table
from elanus.doors.admin.access_wire import Granted
from elanus.doors.admin.session import open_session


def listing(uri: Uri = None, data: Data = None, json: Json = False) -> None:
    """List the roles: who has each, and what it is granted."""
    with open_session(uri, data) as admin:
        found = admin.roles()
    if json:
        return print_json(found)
    rows = [(escape(role.name), escape(", ".join(role.users)), escape(_words(role.grants))) for role in found]
    return print_table(("role", "users", "may"), rows, nothing="no roles")


def _words(grants: Iterable[Granted]) -> str:
    return ", ".join(f"{one.privilege} on {one.database}.{one.collection}" for one in grants)
