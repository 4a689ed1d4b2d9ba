"""The command line: ``python -m benchmarks [topic ...]``."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import report
from benchmarks.bench import Bench, Options
from benchmarks.data import FILES, load
from benchmarks.topics import TOPICS


def bench(
    topics: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(TOPICS)}; none means all.")] = None,
    data: Annotated[str, typer.Option(help=f"One of {', '.join(FILES)}.")] = "text",
    rows: Annotated[int | None, typer.Option(help="Use only the first rows of the data.")] = None,
    quick: Annotated[bool, typer.Option(help="Seconds instead of minutes; the figures mean little.")] = False,
    elanus_only: Annotated[bool, typer.Option(help="Leave the other databases out.")] = False,
    elanus_index: Annotated[str, typer.Option(help="Index type of Elanus; peers build HNSW.")] = "HNSW",
    write: Annotated[bool, typer.Option(help="Put the tables into docs/performance.md.")] = False,
) -> None:
    """Measures Elanus beside milvus-lite, Milvus 2.3.5 and LanceDB, and raw faiss."""
    chosen = topics or list(TOPICS)
    unknown = sorted(set(chosen) - set(TOPICS))
    if unknown or data not in FILES:
        raise typer.BadParameter(f"unknown: {', '.join(unknown) or data}")
    with tempfile.TemporaryDirectory(prefix="elanus-bench-") as folder:
        options = Options(quick=quick, elanus_only=elanus_only, index_type=elanus_index)
        with closing(Bench(load(data, rows), Path(folder), options)) as run:
            for topic in (name for name in TOPICS if name in chosen):
                _measure(run, topic, f"{topic}:{run.data.name}" if write else None)


def _measure(run: Bench, topic: str, section: str | None) -> None:
    tables = TOPICS[topic](run)
    for table in tables:
        report.show(table)
    if section is not None:
        report.write(section, tables)


def main() -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(bench)
    app()
