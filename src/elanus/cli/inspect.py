"""``elanus inspect``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from elanus.cli.options import Json
from elanus.cli.output import bytes_text, complaints, print_json, print_table

if TYPE_CHECKING:
    from elanus.cli.inspection import Inspected

Directory = Annotated[Path, typer.Argument(help="data directory that no process has open", show_default=False)]


DropDamaged = Annotated[
    bool, typer.Option("--drop-damaged", help="give up, for good, the rows that damaged files held")
]


def inspect(directory: Directory, drop_damaged: DropDamaged = False, json: Json = False) -> None:
    """Read every file of a data directory: what it holds, and whether it is whole. Exit code 1 when one is not.

    Damaged keys and indexes are made again from the rows at the next start; damaged rows, deletes and logs are not.
    """
    from elanus.cli.inspection import inspect_directory  # loads the engine; no other command waits for it
    from elanus.engine.segments.damaged import give_up_damaged

    files = inspect_directory(directory)
    if drop_damaged and any(file.problem for file in files):
        for lost in give_up_damaged(directory):
            complaints.print(f"[bold red]given up:[/] {escape(lost.loss)} of {lost.part} of {escape(lost.collection)}")
        files = inspect_directory(directory)
    if json:
        print_json(files)
    else:
        print_table(
            ("kind", "file", "size#", "holds"), [_row(file, directory) for file in files], nothing="nothing is stored"
        )
    damaged = [file for file in files if file.problem]
    if damaged:
        complaints.print(f"[bold red]{len(damaged)} of {len(files)} files are damaged[/]")
        raise typer.Exit(1)


def _row(file: Inspected, directory: Path) -> tuple[str, ...]:
    holds = f"[bold red]{escape(file.problem)}[/]" if file.problem else escape(file.holds)
    return file.kind, str(file.path.relative_to(directory)), bytes_text(file.size_bytes), holds
