"""Log lines: text for people, or one JSON object a line for machines. Fields travel as ``extra={"fields": {...}}``."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

ROOT = "elanus"


def start_logging(level: str, shape: str, stream: TextIO | None = None) -> None:
    """Sends every line of Elanus to ``stream`` (stderr). Called again, it replaces what was set before.

    level  debug, info, warning or error
    shape  text or json
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if shape == "json" else TextLines())
    logger = logging.getLogger(ROOT)
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class TextLines(logging.Formatter):
    """``07:31:02.114 INFO  elanus.server  listening  address=127.0.0.1:19530``"""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        parts = [f"{moment} {record.levelname:<7} {record.name}  {record.getMessage()}"]
        parts += [f"{name}={value}" for name, value in fields_of(record).items()]
        line = "  ".join(parts)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One object a line: ``time`` (ISO, UTC), ``level``, ``logger``, ``message``, its fields; ``error``: traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The fields a line was logged with."""
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields
