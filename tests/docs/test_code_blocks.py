"""Every Python block of the documentation runs, page by page, as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from elanus.config import Settings
from elanus.server.app import Server

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<words>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = ("python", "")
"""A block without a language is a command line or a picture."""


def blocks(page: Path) -> list[tuple[list[str], str]]:
    return [(found["words"].split(), found["code"]) for found in BLOCK.finditer(page.read_text())]


PAGES_WITH_CODE = [page for page in PAGES if any(words[:1] == ["python"] for words, _ in blocks(page))]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A server in the place of the default one; a block marked ``python serve`` meets it."""
    server = Server(Settings(data=tmp_path / "served", port=0, metrics_port=0))
    yield f"127.0.0.1:{server.port}"
    server.close()


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[str]:
    """The same, but it wants to know who calls; a block marked ``python serve auth`` meets it."""
    server = Server(Settings(data=tmp_path / "asking", port=0, metrics_port=0, auth="on"))
    yield f"127.0.0.1:{server.port}"
    server.close()


@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=lambda page: page.name)
def test_code_blocks_run_one_after_the_other(
    page: Path, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for words, code in blocks(page):
        if words[:1] == ["python"]:
            text = code
            if "serve" in words:
                address = request.getfixturevalue("asking" if "auth" in words else "served")
                text = code.replace("127.0.0.1:19530", address)
            exec(compile(text, str(page), "exec"), names)
    for client in names.values():
        if isinstance(client, MilvusClient):
            client.close()


def test_readme_and_quickstart_are_among_the_pages_with_code() -> None:
    assert {"README.md", "quickstart.md"} <= {page.name for page in PAGES_WITH_CODE}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_names_a_language_we_know(page: Path) -> None:
    unknown = [words for words, _ in blocks(page) if "".join(words[:1]) not in LANGUAGES]
    assert unknown == []
