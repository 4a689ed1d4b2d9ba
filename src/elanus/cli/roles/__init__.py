"""``elanus roles``: what users may do, one command a file."""

import typer

from elanus.cli.roles.create import create
from elanus.cli.roles.drop import drop
from elanus.cli.roles.grants import grant, revoke
from elanus.cli.roles.listing import listing

app = typer.Typer(help="Roles: make and drop them, grant them privileges.", no_args_is_help=True)
app.command("list")(listing)
for command in (create, drop, grant, revoke):
    app.command()(command)
