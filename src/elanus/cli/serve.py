"""``elanus serve``"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from elanus.cli.config import ConfigFile
from elanus.config import Declared, configure, declared

_SWITCHED = {True: "on", False: "off"}
_BY_NAME = {one.name: one for one in declared()}


def _option(name: str) -> typer.models.OptionInfo:
    one: Declared = _BY_NAME[name]
    option: typer.models.OptionInfo = typer.Option(one.flag, help=f"{one.limits.about} \\[{one.default}]")
    return option


def _switch(name: str) -> typer.models.OptionInfo:
    """Of a setting that is on or off."""
    one: Declared = _BY_NAME[name]
    option: typer.models.OptionInfo = typer.Option(f"{one.flag}/--no-{one.name}", help=one.limits.about)
    return option


def serve(
    data: Annotated[Path | None, _option("data")] = None,
    host: Annotated[str | None, _option("host")] = None,
    port: Annotated[int | None, _option("port")] = None,
    metrics_port: Annotated[int | None, _option("metrics_port")] = None,
    http_port_1x: Annotated[int | None, _option("http_port_1x")] = None,
    release_1x: Annotated[str | None, _option("release_1x")] = None,
    wire: Annotated[str | None, _option("wire")] = None,
    auth: Annotated[bool | None, _switch("auth")] = None,
    retention_seconds: Annotated[float | None, _option("retention_seconds")] = None,
    import_root: Annotated[Path | None, _option("import_root")] = None,
    log_level: Annotated[str | None, _option("log_level")] = None,
    log_format: Annotated[str | None, _option("log_format")] = None,
    file: ConfigFile = None,
) -> None:
    """Serve a data directory to Milvus clients until SIGTERM or Ctrl-C. `elanus config` lists every setting."""
    flags = {
        "data": data,
        "host": host,
        "port": port,
        "metrics_port": metrics_port,
        "http_port_1x": http_port_1x,
        "release_1x": release_1x,
        "wire": wire,
        "auth": None if auth is None else _SWITCHED[auth],
        "retention_seconds": retention_seconds,
        "import_root": import_root,
        "log_level": log_level,
        "log_format": log_format,
    }
    configuration = configure(flags, os.environ, file)
    from elanus.server.app import serve as serve_until_stopped

    serve_until_stopped(configuration.settings)
