"""``elanus users grant`` and ``revoke``: the roles of a user."""

from __future__ import annotations

from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import Role, User
from elanus.doors.admin.access_wire import Membership
from elanus.doors.admin.session import open_session


def grant(user: User, role: Role, uri: Uri = None, data: Data = None) -> None:
    """Give a user a role."""
    with open_session(uri, data) as admin:
        admin.grant_role(Membership(user, role))
    console.print(f"{escape(user)} has the role {escape(role)}")


def revoke(user: User, role: Role, uri: Uri = None, data: Data = None) -> None:
    """Take a role from a user."""
    with open_session(uri, data) as admin:
        admin.revoke_role(Membership(user, role))
    console.print(f"{escape(user)} has the role {escape(role)} no more")
