"""``elanus users drop``"""

from __future__ import annotations

from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import User
from elanus.doors.admin.session import open_session


def drop(user: User, uri: Uri = None, data: Data = None) -> None:
    """Drop a user."""
    with open_session(uri, data) as admin:
        admin.drop_user(user)
    console.print(f"dropped {escape(user)}")
