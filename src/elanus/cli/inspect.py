"""``elanus inspect``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from elanus.cli.inspection import Inspected, inspect_directory
from elanus.cli.options import Json
from elanus.cli.output import bytes_text, complaints, print_json, print_table

Directory = Annotated[Path, typer.Argument(help="data directory that no process has open", show_default=False)]


def inspect(directory: Directory, json: Json = False) -> None:
    """Read every file of a data directory: what it holds, and whether it is whole. Exit code 1 when one is not."""
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
