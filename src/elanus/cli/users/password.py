"""``elanus users password``"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import User
from elanus.doors.admin.access_wire import NewPassword, PasswordReset
from elanus.doors.admin.session import open_session

Old = Annotated[
    str | None, typer.Option("--old", help="asked for when left out; not needed with --data", show_default=False)
]
New = Annotated[
    str,
    typer.Option("--new", prompt="New password", hide_input=True, confirmation_prompt=True,
                 help="asked for when left out", show_default=False),
]  # fmt: skip


def password(user: User, new: New, old: Old = None, uri: Uri = None, data: Data = None) -> None:
    """Change a password; the old one is refused from now on. Who owns the data directory need not know it."""
    if old is None and data is None:
        old = typer.prompt("Present password", hide_input=True)
    with open_session(uri, data) as admin:
        if old is None:
            admin.reset_password(PasswordReset(user, new))
        else:
            admin.change_password(NewPassword(user, old, new))
    console.print(f"{escape(user)} has a new password")
