"""How commands speak: tables and sentences for people, JSON for programs, refusals on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from elanus.errors import ParameterInvalid

PIPED_WIDTH = 160
"""Columns when nobody is looking at a terminal: a table in a file is better wide than wrapped."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """One document, indented; dataclasses, paths and mappings are understood."""
    sys.stdout.write(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, nothing: str) -> None:
    """A column whose title ends in ``#`` holds numbers; ``nothing`` is said when there are no rows.

    Cells may hold rich's markup: what users wrote is to be escaped.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.removesuffix("#"), justify="right" if column.endswith("#") else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table if table.row_count else f"[dim]{nothing}[/]")


def refuse(message: str) -> None:
    complaints.print(f"[bold red]error[/] {escape(message)}")


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """``["M=16"]`` as ``{"M": "16"}``. Raises ParameterInvalid."""
    found = [text.partition("=") for text in given or ()]
    for name, sign, value in found:
        if not (name and value):
            raise ParameterInvalid(f"--param {name}{sign}{value} is not name=value, for example --param M=16")
    return {name: value for name, _, value in found}


def bytes_text(size: float) -> str:
    """``12.3 MiB``"""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def params_text(params: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(params.items()))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
