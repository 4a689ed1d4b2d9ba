"""``elanus users``: who may log in, and with which roles; one command a file."""

import typer

from elanus.cli.users.create import create
from elanus.cli.users.drop import drop
from elanus.cli.users.listing import listing
from elanus.cli.users.membership import grant, revoke
from elanus.cli.users.password import password

app = typer.Typer(help="Users: make and drop them, change passwords, give them roles.", no_args_is_help=True)
app.command("list")(listing)
for command in (create, password, drop, grant, revoke):
    app.command()(command)
