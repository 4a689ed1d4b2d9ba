"""The command line of Elanus: gathers the commands, and turns a refusal into a sentence and an exit code.

Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage.
"""

from __future__ import annotations

import typer

from elanus.cli.collections import collections
from elanus.cli.config import config
from elanus.cli.demo.command import demo
from elanus.cli.explain import explain
from elanus.cli.importing import import_files
from elanus.cli.index import app as index
from elanus.cli.inspect import inspect
from elanus.cli.output import refuse
from elanus.cli.roles import app as roles
from elanus.cli.segments import segments
from elanus.cli.serve import serve
from elanus.cli.snapshot import app as snapshot
from elanus.cli.users import app as users
from elanus.cli.verify import verify
from elanus.cli.version import version
from elanus.errors import Error

app = typer.Typer(
    name="elanus",
    help="A vector database in Python that speaks Milvus.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (demo, serve, collections, segments, explain, verify, inspect, config, version):
    app.command()(command)
app.command("import")(import_files)
for name, group in (("index", index), ("snapshot", snapshot), ("users", users), ("roles", roles)):
    app.add_typer(group, name=name)


def run() -> None:
    """The ``elanus`` script."""
    try:
        app()
    except Error as refused:
        refuse(refused.message)
        raise SystemExit(1) from None
