"""Log lines in both shapes."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from elanus.telemetry.log import ROOT, start_logging


@pytest.fixture(autouse=True)
def restored_logger() -> Iterator[None]:
    logger = logging.getLogger(ROOT)
    before = (logger.handlers, logger.level, logger.propagate)
    yield
    logger.handlers, logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def logged(shape: str, level: str = "info") -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    start_logging(level, shape, stream)
    return logging.getLogger(f"{ROOT}.test"), stream


def test_json_line_holds_message_and_fields() -> None:
    logger, stream = logged("json")
    logger.info("sealed", extra={"fields": {"rows": 3}})
    line = json.loads(stream.getvalue())
    assert (line["message"], line["level"], line["logger"], line["rows"]) == ("sealed", "info", "elanus.test", 3)


def test_text_line_ends_with_its_fields() -> None:
    logger, stream = logged("text")
    logger.warning("sealed", extra={"fields": {"rows": 3}})
    assert stream.getvalue().endswith("WARNING elanus.test  sealed  rows=3\n")


@pytest.mark.parametrize("shape", ["text", "json"])
def test_traceback_is_kept(shape: str) -> None:
    logger, stream = logged(shape)
    try:
        raise ValueError("no such thing")
    except ValueError:
        logger.exception("failed")
    assert "ValueError: no such thing" in stream.getvalue()


def test_lines_below_the_level_are_dropped_and_a_second_start_replaces_the_first() -> None:
    _, first = logged("text")
    logger, second = logged("text", "error")
    logger.warning("quiet")
    logger.error("loud")
    assert first.getvalue() == ""
    assert "quiet" not in second.getvalue()
    assert "loud" in second.getvalue()
