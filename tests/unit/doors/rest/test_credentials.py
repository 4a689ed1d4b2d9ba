"""Who a request says it is from."""

from __future__ import annotations

from base64 import b64encode

import pytest

from elanus.doors.rest.credentials import Credentials, credentials_of

NOBODY = Credentials()


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        (basic("root:Milvus"), Credentials("root", "Milvus")),
        (basic("root:with:colons"), Credentials("root", "with:colons")),
        (basic("änn:pässwört"), Credentials("änn", "pässwört")),
        ("basic " + basic("a:b").split()[1], Credentials("a", "b")),
        ("Bearer root:Milvus", Credentials("root", "Milvus")),
        ("bearer  root:Milvus ", Credentials("root", "Milvus")),
        ("root:Milvus", Credentials("root", "Milvus")),
        ("Bearer root:two words", Credentials("root", "two words")),
        ("Bearer nocolon", Credentials("nocolon", "")),
        ("Basic !!!", NOBODY),
        ("Basic /w==", NOBODY),
        ("Digest root:Milvus", NOBODY),
        ("Bearer", NOBODY),
        ("", NOBODY),
    ],
)
def test_header_names_a_user_and_a_password(header: str, claimed: Credentials) -> None:
    assert credentials_of({"authorization": header}) == claimed


def test_no_header_names_nobody() -> None:
    assert credentials_of({}) == NOBODY
