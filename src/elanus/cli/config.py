"""``elanus config``"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from elanus.cli.options import Json
from elanus.cli.output import print_json, print_table
from elanus.config import configure, shown

ConfigFile = Annotated[Path | None, typer.Option("--config", help="configuration file; ./elanus.toml if it is there")]


def config(file: ConfigFile = None, json: Json = False) -> None:
    """Print every setting in force, and where its value comes from."""
    rows = list(shown(configure({}, os.environ, file)))
    if json:
        return print_json({one.name: {"value": value, "source": source} for one, value, source in rows})
    return print_table(
        ("setting", "value", "from", "meaning"),
        [(one.name, str(value), source, f"{one.limits.about} ({one.limits})") for one, value, source in rows],
        nothing="no settings",
    )
