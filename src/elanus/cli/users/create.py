"""``elanus users create``"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import User
from elanus.doors.admin.access_wire import NewUser
from elanus.doors.admin.session import open_session

Password = Annotated[
    str,
    typer.Option("--password", prompt=True, hide_input=True, confirmation_prompt=True,
                 help="asked for when left out", show_default=False),
]  # fmt: skip


def create(user: User, password: Password, uri: Uri = None, data: Data = None) -> None:
    """Make a user, who may do nothing yet but what the role public may."""
    with open_session(uri, data) as admin:
        admin.create_user(NewUser(user, password))
    console.print(f"created {escape(user)}; give it a role: elanus users grant {escape(user)} ROLE")
