"""``elanus index``: the life of an index from the command line, one command a file."""

import typer

from elanus.cli.index.cancel import cancel
from elanus.cli.index.create import create
from elanus.cli.index.describe import describe
from elanus.cli.index.drop import drop
from elanus.cli.index.listing import listing
from elanus.cli.index.switch import switch
from elanus.cli.index.watching import watching

app = typer.Typer(help="List, describe, create, watch, cancel, switch and drop indexes.", no_args_is_help=True)
app.command("list")(listing)
app.command("describe")(describe)
app.command("create")(create)
app.command("watch")(watching)
app.command("cancel")(cancel)
app.command("switch")(switch)
app.command("drop")(drop)
