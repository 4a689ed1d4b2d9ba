"""``elanus roles grant`` and ``revoke``: what a role may do."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from elanus.cli.options import Data, Uri
from elanus.cli.output import console
from elanus.cli.users.options import Role
from elanus.doors.admin.access_wire import Granted
from elanus.doors.admin.session import open_session

Privilege = Annotated[
    str, typer.Argument(help="privilege, or a group of them: Search, CollectionReadOnly, ...", show_default=False)
]
GrantDatabase = Annotated[str, typer.Option("--db", help="database; * is every one")]
GrantCollection = Annotated[str, typer.Option("--collection", help="collection; * is every one")]


def grant(
    role: Role,
    privilege: Privilege,
    collection: GrantCollection = "*",
    uri: Uri = None,
    data: Data = None,
    db: GrantDatabase = "default",
) -> None:
    """Let a role do something."""
    with open_session(uri, data) as admin:
        admin.grant_privilege(Granted(role, privilege, db, collection))
    console.print(f"{escape(role)} may {escape(privilege)} on {escape(db)}.{escape(collection)}")


def revoke(
    role: Role,
    privilege: Privilege,
    collection: GrantCollection = "*",
    uri: Uri = None,
    data: Data = None,
    db: GrantDatabase = "default",
) -> None:
    """Take what was granted from a role."""
    with open_session(uri, data) as admin:
        admin.revoke_privilege(Granted(role, privilege, db, collection))
    console.print(f"{escape(role)} may not {escape(privilege)} on {escape(db)}.{escape(collection)} any more")
