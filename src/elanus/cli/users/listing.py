"""``elanus users list``"""

from __future__ import annotations

from rich.markup import escape

from elanus.cli.options import Data, Json, Uri
from elanus.cli.output import print_json, print_table
from elanus.doors.admin.session import open_session


def listing(uri: Uri = None, data: Data = None, json: Json = False) -> None:
    """List the users and the roles of each."""
    with open_session(uri, data) as admin:
        found = admin.users()
    if json:
        return print_json(found)
    rows = [(escape(user.name), escape(", ".join(user.roles))) for user in found]
    return print_table(("user", "roles"), rows, nothing="no users")
