"""Every flag that the documentation names is one of a command's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from elanus.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_COMMAND = re.compile(r"elanus [a-z-]+(?: [^`\n#]*)?")
_QUOTED = re.compile(r"`(--[a-z][^`]*)`")
_FLAG = re.compile(r"--[a-z][a-z0-9-]*")


def options(command: Any) -> Iterator[str]:
    for param in command.params:
        yield from param.opts
    for child in getattr(command, "commands", {}).values():
        yield from options(child)


KNOWN = {*options(typer.main.get_command(app)), "--help"}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_flags_are_known(page):
    text = page.read_text()
    said = [*_COMMAND.findall(text), *_QUOTED.findall(text)]
    assert {flag for one in said for flag in _FLAG.findall(one)} - KNOWN == set()
