"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elanus.doors.admin.session import DEFAULT_URI

Uri = Annotated[
    str | None,
    typer.Option(
        "--uri",
        help=f"a running server, with user:password@ before its host where it asks; "
        f"{DEFAULT_URI} when --data is not given either",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="a data directory, opened here, or asked through the process that has it open"),
]
Database = Annotated[str, typer.Option("--db", help="database")]
Json = Annotated[bool, typer.Option("--json", help="print JSON for programs instead of tables for people")]
Collection = Annotated[str, typer.Argument(help="collection, or an alias of one", show_default=False)]
Index = Annotated[str, typer.Argument(help="index name; the collection's only index when left out", show_default=False)]
IndexName = Annotated[str, typer.Argument(help="index name", show_default=False)]
IndexTypeName = Annotated[str, typer.Option("--type", help="index type: AUTOINDEX, HNSW, IVF_FLAT, ...")]
MetricName = Annotated[str, typer.Option("--metric", help="L2, IP, COSINE ...; of vectors, the usual one if left out")]
Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", help="build parameter, name=value; may be given several times", show_default=False),
]
SearchParams = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", help="search parameter, name=value; may be given several times", show_default=False),
]
Watch = Annotated[bool, typer.Option("--watch", help="stay, and show the progress of the build")]
