"""Why clients of Milvus 1.x are not served while callers must say who they are."""

from __future__ import annotations

from elanus.errors import Unauthenticated


def refusal() -> Unauthenticated:
    return Unauthenticated(
        "this server asks who calls, which a client of Milvus 1.x cannot say:"
        " use a client of Milvus 2.1 or newer with a user and a password, or serve without --auth"
    )
