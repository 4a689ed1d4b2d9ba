"""``elanus index``: the life of an index from the command line, one command a file."""

import typer

from elanus.cli.index.add import add
from elanus.cli.index.advise import advise
from elanus.cli.index.cancel import cancel
from elanus.cli.index.create import create
from elanus.cli.index.describe import describe
from elanus.cli.index.drop import drop
from elanus.cli.index.listing import listing
from elanus.cli.index.pause import pause
from elanus.cli.index.report import compare, history, report
from elanus.cli.index.resume import resume
from elanus.cli.index.roles import hide, promote, rollback, show
from elanus.cli.index.switch import switch
from elanus.cli.index.watching import watching

app = typer.Typer(help="The life of indexes: create, watch, measure, exchange, drop them.", no_args_is_help=True)
app.command("list")(listing)
app.command("describe")(describe)
app.command("create")(create)
app.command("watch")(watching)
app.command("cancel")(cancel)
app.command("pause")(pause)
app.command("resume")(resume)
app.command("switch")(switch)
app.command("drop")(drop)
for command in (advise, report, history, add, compare, promote, rollback, hide, show):
    app.command()(command)
