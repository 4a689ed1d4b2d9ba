"""Tables on the terminal, and between their markers in ``docs/performance.md``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.table import Table

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

WIDTH = 150
"""Characters; a narrower terminal wraps lines rather than cells."""

HEADER = """# Performance

Written by `make bench`: every table is one run, peers side by side on the same machine and data, medians of
interleaved repeats. Clients are pymilvus 3.0.2, and 2.3.7 for Milvus 2.3.5, which is older than 3.0. Ratios are what
counts; absolute numbers drift with the machine. How it is measured: `benchmarks/`.
"""


def show(table: Table) -> None:
    """Prints one table with its note."""
    drawn = RichTable(
        title=table.title, caption=table.note or None, title_justify="left", caption_justify="left", min_width=110
    )
    for position, column in enumerate(table.columns):
        drawn.add_column(column, justify="left" if position == 0 else "right")
    for row in table.rows:
        drawn.add_row(*row)
    Console(width=max(WIDTH, Console().width)).print(drawn)


def write(topic: str, tables: Iterable[Table], document: Path = DOCUMENT) -> None:
    """Replaces what stands between this topic's markers, or adds them at the end."""
    text = document.read_text() if document.exists() else HEADER
    block = "\n\n".join(_markdown(table) for table in tables)
    begin, end = f"<!-- bench:{topic} -->", f"<!-- /bench:{topic} -->"
    section = f"{begin}\n{block}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    text = pattern.sub(lambda _: section, text) if begin in text else f"{text.rstrip()}\n\n{section}\n"
    document.write_text(text)


def _markdown(table: Table) -> str:
    head = [_line(table.columns), _line(["---"] * len(table.columns))]
    parts = [f"## {table.title}", "\n".join([*head, *(_line(row) for row in table.rows)])]
    return "\n\n".join([*parts, table.note] if table.note else parts)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
