"""``elanus roles create``"""

from __future__ import annotations

from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import Role
from elanus.doors.admin.session import open_session


def create(role: Role, uri: Uri = None, data: Data = None) -> None:
    """Make a role, which may do nothing yet."""
    with open_session(uri, data) as admin:
        admin.create_role(role)
    console.print(f"created {escape(role)}; let it do something: elanus roles grant {escape(role)} PRIVILEGE")
