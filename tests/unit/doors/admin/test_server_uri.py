"""Where the command line finds a server, and as whom it asks."""

from __future__ import annotations

from base64 import b64decode

import pytest

from elanus.doors.admin.server_uri import ServerUri

TOKEN = {"ELANUS_TOKEN": "ann:from environment"}


@pytest.mark.parametrize(
    ("uri", "address", "token"),
    [
        ("http://localhost:19530", "localhost:19530", ""),
        ("localhost:19530", "localhost:19530", ""),
        ("unix:/tmp/s", "unix:/tmp/s", ""),
        ("http://root:Milvus@localhost:19530", "localhost:19530", "root:Milvus"),
        ("root:Milvus@localhost:19530", "localhost:19530", "root:Milvus"),
        ("http://root:p@ss:word@localhost:1", "localhost:1", "root:p@ss:word"),
        ("http://root:p%40ss%2Fword@localhost:1", "localhost:1", "root:p@ss/word"),
    ],
)
def test_uri_names_a_server_and_a_user(uri: str, address: str, token: str) -> None:
    assert ServerUri.of(uri, {}) == ServerUri(address, token)


def test_environment_names_the_user_a_uri_does_not() -> None:
    assert ServerUri.of("http://a:1", TOKEN).token == "ann:from environment"
    assert ServerUri.of("http://bob:secret@a:1", TOKEN).token == "bob:secret"


def test_user_travels_as_pymilvus_sends_it() -> None:
    ((name, value),) = ServerUri("a:1", "ann:päss").metadata
    assert (name, b64decode(value).decode()) == ("authorization", "ann:päss")
    assert ServerUri("a:1").metadata == ()
