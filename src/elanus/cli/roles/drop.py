"""``elanus roles drop``"""

from __future__ import annotations

from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import Role
from elanus.doors.admin.session import open_session


def drop(role: Role, uri: Uri = None, data: Data = None) -> None:
    """Drop a role with what it was granted; users who have it lose it."""
    with open_session(uri, data) as admin:
        admin.drop_role(role)
    console.print(f"dropped {escape(role)}")
